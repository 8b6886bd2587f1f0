-- What SQLite refuses about credit notes and corrections: as postgresql_credit_guards.sql, under the same names.

CREATE TRIGGER invoices_credit_note_of_its_invoice BEFORE UPDATE ON invoices_invoice
WHEN OLD.status = 'DRAFT' AND NEW.status = 'ISSUED' AND NEW.kind = 'CREDIT_NOTE' AND (
  NOT EXISTS (
    SELECT 1 FROM invoices_invoice t
     WHERE t.id = NEW.original_id AND t.kind = 'INVOICE' AND t.status = 'ISSUED' AND t.customer_id = NEW.customer_id
       AND t.vat_on_debits = NEW.vat_on_debits AND t.issue_date <= NEW.issue_date)
  OR EXISTS (
    SELECT 1 FROM invoices_invoiceline l
      LEFT JOIN invoices_invoiceline o ON o.id = l.original_id AND o.invoice_id = NEW.original_id
     WHERE l.invoice_id = NEW.id AND (o.id IS NULL OR o.rate <> l.rate OR o.category <> l.category))
  OR EXISTS (
    SELECT 1 FROM invoices_invoicevat g
      LEFT JOIN invoices_invoicevat o
        ON o.invoice_id = NEW.original_id AND o.rate = g.rate AND o.category = g.category
       AND o.revenue_account = g.revenue_account AND o.vat_account = g.vat_account
     WHERE g.invoice_id = NEW.id AND o.id IS NULL)
) BEGIN
  SELECT RAISE(ABORT, 'invoices_credit_note_of_its_invoice');
END;

CREATE TRIGGER invoices_credit_note_within_invoice BEFORE UPDATE ON invoices_invoice
WHEN OLD.status = 'DRAFT' AND NEW.status = 'ISSUED' AND NEW.kind = 'CREDIT_NOTE' AND (
  EXISTS (
    SELECT 1 FROM invoices_invoiceline l JOIN invoices_invoiceline o ON o.id = l.original_id
     WHERE l.invoice_id = NEW.id AND ((l.net_cents > 0) <> (o.net_cents > 0) OR abs(o.net_cents) < (
           SELECT abs(sum(t.net_cents)) FROM invoices_invoiceline t JOIN invoices_invoice i ON i.id = t.invoice_id
            WHERE t.original_id = o.id AND (i.status = 'ISSUED' OR i.id = NEW.id))))
  OR EXISTS (
    SELECT 1 FROM invoices_invoicevat o
      JOIN (SELECT g.category, g.rate, sum(g.base_cents) AS base, sum(g.vat_cents) AS vat
              FROM invoices_invoicevat g JOIN invoices_invoice i ON i.id = g.invoice_id
             WHERE i.original_id = NEW.original_id AND (i.status = 'ISSUED' OR i.id = NEW.id)
             GROUP BY g.category, g.rate) t ON t.category = o.category AND t.rate = o.rate
     WHERE o.invoice_id = NEW.original_id
       AND (t.base > o.base_cents OR t.vat > o.vat_cents OR t.base = o.base_cents AND t.vat <> o.vat_cents))
) BEGIN
  SELECT RAISE(ABORT, 'invoices_credit_note_within_invoice');
END;

CREATE TRIGGER invoices_replacement_of_taken_back BEFORE UPDATE ON invoices_invoice
WHEN OLD.status = 'DRAFT' AND NEW.status = 'ISSUED' AND NEW.replaces_id IS NOT NULL AND NOT EXISTS (
  SELECT 1 FROM invoices_invoice r
   WHERE r.id = NEW.replaces_id AND r.kind = 'INVOICE' AND r.status = 'ISSUED' AND r.customer_id = NEW.customer_id
     AND r.total_cents = (SELECT sum(n.total_cents) FROM invoices_invoice n
                           WHERE n.original_id = r.id AND n.status = 'ISSUED')
) BEGIN
  SELECT RAISE(ABORT, 'invoices_replacement_of_taken_back');
END;
