-- What PostgreSQL refuses about cancellations of receipts. docs/invoices.md lists the names.

CREATE OR REPLACE TRIGGER invoices_cancellation_append_only BEFORE UPDATE OR DELETE ON invoices_receiptcancellation
  FOR EACH ROW EXECUTE FUNCTION invoices_refuse();

CREATE OR REPLACE FUNCTION invoices_cancellation_fits() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  owner bigint;
  received bigint;
BEGIN
  -- Locked, so that two cancellations of one receipt see each other.
  SELECT customer_id, amount_cents INTO owner, received FROM invoices_receipt WHERE id = NEW.receipt_id FOR UPDATE;
  IF owner IS DISTINCT FROM NEW.customer_id OR received < NEW.amount_cents + (
    SELECT coalesce(sum(known.amount_cents), 0) FROM invoices_receiptcancellation AS known
     WHERE known.receipt_id = NEW.receipt_id)
  THEN
    PERFORM invoices_fail(TG_NAME, 'cancellation ' || NEW.number);
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER invoices_cancellation_within_receipt BEFORE INSERT ON invoices_receiptcancellation
  FOR EACH ROW EXECUTE FUNCTION invoices_cancellation_fits();

CREATE OR REPLACE FUNCTION invoices_receipt_restores() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (
    SELECT 1 FROM invoices_receiptcancellation AS undone JOIN invoices_receipt AS paper ON paper.id = undone.receipt_id
     WHERE undone.id = NEW.restores_id AND undone.customer_id = NEW.customer_id
       AND paper.payment_ref = NEW.payment_ref AND undone.amount_cents >= NEW.amount_cents
  ) THEN
    PERFORM invoices_fail(TG_NAME, 'receipt ' || NEW.number);
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER invoices_receipt_restores_within BEFORE INSERT ON invoices_receipt
  FOR EACH ROW WHEN (NEW.restores_id IS NOT NULL) EXECUTE FUNCTION invoices_receipt_restores();
