-- What PostgreSQL refuses about quotes. docs/quotes.md lists the names.

CREATE OR REPLACE TRIGGER invoices_quote_born_sent BEFORE INSERT ON invoices_quote
  FOR EACH ROW WHEN (NEW.status <> 'SENT') EXECUTE FUNCTION invoices_refuse();

CREATE OR REPLACE FUNCTION invoices_quote_sums() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.net_cents IS DISTINCT FROM (SELECT sum((part->>'net_cents')::bigint) FROM jsonb_array_elements(NEW.lines) AS part)
    OR NEW.net_cents IS DISTINCT FROM (SELECT sum((part->>'base_cents')::bigint) FROM jsonb_array_elements(NEW.vat) AS part)
    OR NEW.vat_cents IS DISTINCT FROM (SELECT sum((part->>'vat_cents')::bigint) FROM jsonb_array_elements(NEW.vat) AS part)
  THEN
    PERFORM invoices_fail(TG_NAME, 'quote ' || NEW.number || ' does not add up');
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER invoices_quote_sums_hold BEFORE INSERT ON invoices_quote
  FOR EACH ROW EXECUTE FUNCTION invoices_quote_sums();

CREATE OR REPLACE FUNCTION invoices_quote_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  kept invoices_quote%ROWTYPE := OLD;
BEGIN
  -- How it ended: written once.
  IF OLD.status = 'SENT' THEN
    kept.status := NEW.status;
    kept.decided_at := NEW.decided_at;
    kept.decided_by_id := NEW.decided_by_id;
    kept.decided_from := NEW.decided_from;
    kept.decided_with := NEW.decided_with;
    kept.agreed_text := NEW.agreed_text;
    kept.agreed_hash := NEW.agreed_hash;
    kept.payment_ref := NEW.payment_ref;
    kept.reason := NEW.reason;
    kept.invoice_id := NEW.invoice_id;
  END IF;
  IF NEW IS DISTINCT FROM kept THEN
    PERFORM invoices_fail(TG_NAME, 'quote ' || OLD.number);
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER invoices_quote_frozen BEFORE UPDATE ON invoices_quote
  FOR EACH ROW EXECUTE FUNCTION invoices_quote_kept();

CREATE OR REPLACE TRIGGER invoices_quote_stays BEFORE DELETE ON invoices_quote
  FOR EACH ROW EXECUTE FUNCTION invoices_refuse();

CREATE OR REPLACE FUNCTION invoices_quote_invoiced() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (
    SELECT 1 FROM invoices_invoice AS made WHERE made.id = NEW.invoice_id AND made.customer_id = NEW.customer_id
      AND made.status = 'ISSUED' AND made.kind = 'INVOICE' AND made.total_cents = NEW.total_cents
      AND made.issue_date <= NEW.valid_until
  ) THEN
    PERFORM invoices_fail(TG_NAME, 'quote ' || NEW.number);
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER invoices_quote_becomes_its_invoice BEFORE UPDATE ON invoices_quote
  FOR EACH ROW WHEN (OLD.status = 'SENT' AND NEW.status = 'ACCEPTED') EXECUTE FUNCTION invoices_quote_invoiced();
