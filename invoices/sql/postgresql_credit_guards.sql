-- What PostgreSQL refuses about credit notes and corrections.

-- The original stays locked until the commit: of two credit notes for one invoice, the second one counts the first.
CREATE OR REPLACE FUNCTION invoices_credit_note_of_its_invoice() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  taken invoices_invoice%ROWTYPE;
BEGIN
  SELECT * INTO taken FROM invoices_invoice WHERE id = NEW.original_id FOR NO KEY UPDATE;
  IF taken.kind <> 'INVOICE' OR taken.status <> 'ISSUED' OR taken.customer_id <> NEW.customer_id
    OR taken.vat_on_debits <> NEW.vat_on_debits OR taken.issue_date > NEW.issue_date
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
  THEN
    PERFORM invoices_fail(TG_NAME, 'credit note ' || NEW.id || ' takes back what invoice ' || NEW.original_id || ' does not say');
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER invoices_credit_note_of_its_invoice BEFORE UPDATE ON invoices_invoice
  FOR EACH ROW WHEN (OLD.status = 'DRAFT' AND NEW.status = 'ISSUED' AND NEW.kind = 'CREDIT_NOTE')
  EXECUTE FUNCTION invoices_credit_note_of_its_invoice();

-- Runs after the one above: triggers run in the order of their names.
CREATE OR REPLACE FUNCTION invoices_credit_note_within_invoice() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
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
  THEN
    PERFORM invoices_fail(TG_NAME, 'credit notes take back more than invoice ' || NEW.original_id || ' asks');
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER invoices_credit_note_within_invoice BEFORE UPDATE ON invoices_invoice
  FOR EACH ROW WHEN (OLD.status = 'DRAFT' AND NEW.status = 'ISSUED' AND NEW.kind = 'CREDIT_NOTE')
  EXECUTE FUNCTION invoices_credit_note_within_invoice();

CREATE OR REPLACE FUNCTION invoices_replacement_of_taken_back() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (
      SELECT 1 FROM invoices_invoice r
       WHERE r.id = NEW.replaces_id AND r.kind = 'INVOICE' AND r.status = 'ISSUED' AND r.customer_id = NEW.customer_id
         AND r.total_cents = (SELECT sum(n.total_cents) FROM invoices_invoice n
                               WHERE n.original_id = r.id AND n.status = 'ISSUED'))
  THEN
    PERFORM invoices_fail(TG_NAME, 'invoice ' || NEW.replaces_id || ' is not taken back in full');
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER invoices_replacement_of_taken_back BEFORE UPDATE ON invoices_invoice
  FOR EACH ROW WHEN (OLD.status = 'DRAFT' AND NEW.status = 'ISSUED' AND NEW.replaces_id IS NOT NULL)
  EXECUTE FUNCTION invoices_replacement_of_taken_back();
