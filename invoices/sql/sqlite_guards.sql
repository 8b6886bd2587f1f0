-- What SQLite refuses about documents: the same promises as postgresql_guards.sql, under the same names.
-- {changed} is written out by invoices/guards.py: any column but the routing references differs.

CREATE TRIGGER invoices_invoice_frozen BEFORE UPDATE ON invoices_invoice
WHEN OLD.status = 'ISSUED' AND ({changed}) BEGIN
  SELECT RAISE(ABORT, 'invoices_invoice_frozen');
END;

CREATE TRIGGER invoices_invoice_stays BEFORE DELETE ON invoices_invoice WHEN OLD.status = 'ISSUED' BEGIN
  SELECT RAISE(ABORT, 'invoices_invoice_stays');
END;

CREATE TRIGGER invoices_invoice_born_draft BEFORE INSERT ON invoices_invoice WHEN NEW.status <> 'DRAFT' BEGIN
  SELECT RAISE(ABORT, 'invoices_invoice_born_draft');
END;

CREATE TRIGGER invoices_invoice_sums_hold BEFORE UPDATE ON invoices_invoice
WHEN OLD.status = 'DRAFT' AND NEW.status = 'ISSUED' AND (
  NEW.net_cents IS NOT (SELECT sum(net_cents) FROM invoices_invoiceline WHERE invoice_id = NEW.id)
  OR NEW.net_cents IS NOT (SELECT sum(base_cents) FROM invoices_invoicevat WHERE invoice_id = NEW.id)
  OR NEW.vat_cents IS NOT (SELECT sum(vat_cents) FROM invoices_invoicevat WHERE invoice_id = NEW.id)
) BEGIN
  SELECT RAISE(ABORT, 'invoices_invoice_sums_hold');
END;

CREATE TRIGGER invoices_invoiceline_frozen BEFORE INSERT ON invoices_invoiceline
WHEN EXISTS (SELECT 1 FROM invoices_invoice WHERE id = NEW.invoice_id AND status = 'ISSUED') BEGIN
  SELECT RAISE(ABORT, 'invoices_invoiceline_frozen');
END;

CREATE TRIGGER invoices_invoiceline_frozen_update BEFORE UPDATE ON invoices_invoiceline
WHEN EXISTS (SELECT 1 FROM invoices_invoice WHERE id IN (OLD.invoice_id, NEW.invoice_id) AND status = 'ISSUED') BEGIN
  SELECT RAISE(ABORT, 'invoices_invoiceline_frozen');
END;

CREATE TRIGGER invoices_invoiceline_frozen_delete BEFORE DELETE ON invoices_invoiceline
WHEN EXISTS (SELECT 1 FROM invoices_invoice WHERE id = OLD.invoice_id AND status = 'ISSUED') BEGIN
  SELECT RAISE(ABORT, 'invoices_invoiceline_frozen');
END;

CREATE TRIGGER invoices_invoicevat_frozen BEFORE INSERT ON invoices_invoicevat
WHEN EXISTS (SELECT 1 FROM invoices_invoice WHERE id = NEW.invoice_id AND status = 'ISSUED') BEGIN
  SELECT RAISE(ABORT, 'invoices_invoicevat_frozen');
END;

CREATE TRIGGER invoices_invoicevat_frozen_update BEFORE UPDATE ON invoices_invoicevat
WHEN EXISTS (SELECT 1 FROM invoices_invoice WHERE id IN (OLD.invoice_id, NEW.invoice_id) AND status = 'ISSUED') BEGIN
  SELECT RAISE(ABORT, 'invoices_invoicevat_frozen');
END;

CREATE TRIGGER invoices_invoicevat_frozen_delete BEFORE DELETE ON invoices_invoicevat
WHEN EXISTS (SELECT 1 FROM invoices_invoice WHERE id = OLD.invoice_id AND status = 'ISSUED') BEGIN
  SELECT RAISE(ABORT, 'invoices_invoicevat_frozen');
END;

CREATE TRIGGER invoices_receipt_append_only BEFORE UPDATE ON invoices_receipt BEGIN
  SELECT RAISE(ABORT, 'invoices_receipt_append_only');
END;

CREATE TRIGGER invoices_receipt_append_only_delete BEFORE DELETE ON invoices_receipt BEGIN
  SELECT RAISE(ABORT, 'invoices_receipt_append_only');
END;

CREATE TRIGGER invoices_rendition_append_only BEFORE UPDATE ON invoices_rendition BEGIN
  SELECT RAISE(ABORT, 'invoices_rendition_append_only');
END;

CREATE TRIGGER invoices_rendition_append_only_delete BEFORE DELETE ON invoices_rendition BEGIN
  SELECT RAISE(ABORT, 'invoices_rendition_append_only');
END;

CREATE TRIGGER invoices_documentseries_stays BEFORE DELETE ON invoices_documentseries BEGIN
  SELECT RAISE(ABORT, 'invoices_documentseries_stays');
END;

CREATE TRIGGER invoices_documentseries_goes_up BEFORE UPDATE ON invoices_documentseries
WHEN NEW.prefix <> OLD.prefix OR NEW.year <> OLD.year OR NEW.last < OLD.last OR NEW.last_date < OLD.last_date BEGIN
  SELECT RAISE(ABORT, 'invoices_documentseries_goes_up');
END;
