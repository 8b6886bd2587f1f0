-- What SQLite refuses about quotes: the promises of postgresql_quote_guards.sql, same names.

CREATE TRIGGER invoices_quote_born_sent BEFORE INSERT ON invoices_quote
WHEN NEW.status <> 'SENT' BEGIN
  SELECT RAISE(ABORT, 'invoices_quote_born_sent');
END;

CREATE TRIGGER invoices_quote_sums_hold BEFORE INSERT ON invoices_quote
WHEN NEW.net_cents IS NOT (SELECT sum(json_extract(value, '$.net_cents')) FROM json_each(NEW.lines))
  OR NEW.net_cents IS NOT (SELECT sum(json_extract(value, '$.base_cents')) FROM json_each(NEW.vat))
  OR NEW.vat_cents IS NOT (SELECT sum(json_extract(value, '$.vat_cents')) FROM json_each(NEW.vat)) BEGIN
  SELECT RAISE(ABORT, 'invoices_quote_sums_hold');
END;

CREATE TRIGGER invoices_quote_frozen BEFORE UPDATE ON invoices_quote
WHEN OLD.id IS NOT NEW.id OR OLD.public_id IS NOT NEW.public_id OR OLD.draft_id IS NOT NEW.draft_id
  OR OLD.kind IS NOT NEW.kind OR OLD.number IS NOT NEW.number OR OLD.customer_id IS NOT NEW.customer_id
  OR OLD.seller IS NOT NEW.seller OR OLD.buyer IS NOT NEW.buyer OR OLD.subject IS NOT NEW.subject
  OR OLD.service_code IS NOT NEW.service_code OR OLD.engagement_number IS NOT NEW.engagement_number OR OLD.market_number IS NOT NEW.market_number
  OR OLD.lines IS NOT NEW.lines OR OLD.vat IS NOT NEW.vat OR OLD.net_cents IS NOT NEW.net_cents
  OR OLD.vat_cents IS NOT NEW.vat_cents OR OLD.total_cents IS NOT NEW.total_cents OR OLD.issue_date IS NOT NEW.issue_date
  OR OLD.valid_until IS NOT NEW.valid_until OR OLD.issued_at IS NOT NEW.issued_at OR OLD.content_hash IS NOT NEW.content_hash
  OR OLD.actor IS NOT NEW.actor
  OR OLD.status <> 'SENT' AND (OLD.status IS NOT NEW.status OR OLD.decided_at IS NOT NEW.decided_at OR OLD.decided_by_id IS NOT NEW.decided_by_id
    OR OLD.decided_from IS NOT NEW.decided_from OR OLD.decided_with IS NOT NEW.decided_with OR OLD.agreed_text IS NOT NEW.agreed_text
    OR OLD.agreed_hash IS NOT NEW.agreed_hash OR OLD.payment_ref IS NOT NEW.payment_ref OR OLD.reason IS NOT NEW.reason
    OR OLD.invoice_id IS NOT NEW.invoice_id) BEGIN
  SELECT RAISE(ABORT, 'invoices_quote_frozen');
END;

CREATE TRIGGER invoices_quote_stays BEFORE DELETE ON invoices_quote BEGIN
  SELECT RAISE(ABORT, 'invoices_quote_stays');
END;

CREATE TRIGGER invoices_quote_becomes_its_invoice BEFORE UPDATE ON invoices_quote
WHEN OLD.status = 'SENT' AND NEW.status = 'ACCEPTED' AND NOT EXISTS (
  SELECT 1 FROM invoices_invoice AS made WHERE made.id = NEW.invoice_id AND made.customer_id = NEW.customer_id
    AND made.status = 'ISSUED' AND made.kind = 'INVOICE' AND made.total_cents = NEW.total_cents
    AND made.issue_date <= NEW.valid_until
) BEGIN
  SELECT RAISE(ABORT, 'invoices_quote_becomes_its_invoice');
END;
