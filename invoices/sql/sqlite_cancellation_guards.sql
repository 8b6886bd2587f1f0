-- What SQLite refuses about cancellations of receipts: the promises of postgresql_cancellation_guards.sql, same names.

CREATE TRIGGER invoices_cancellation_append_only BEFORE UPDATE ON invoices_receiptcancellation BEGIN
  SELECT RAISE(ABORT, 'invoices_cancellation_append_only');
END;

CREATE TRIGGER invoices_cancellation_append_only_delete BEFORE DELETE ON invoices_receiptcancellation BEGIN
  SELECT RAISE(ABORT, 'invoices_cancellation_append_only');
END;

CREATE TRIGGER invoices_cancellation_within_receipt BEFORE INSERT ON invoices_receiptcancellation
WHEN NOT EXISTS (
  SELECT 1 FROM invoices_receipt AS paper WHERE paper.id = NEW.receipt_id AND paper.customer_id = NEW.customer_id
    AND paper.amount_cents >= NEW.amount_cents + (
      SELECT coalesce(sum(known.amount_cents), 0) FROM invoices_receiptcancellation AS known
       WHERE known.receipt_id = NEW.receipt_id)
) BEGIN
  SELECT RAISE(ABORT, 'invoices_cancellation_within_receipt');
END;

CREATE TRIGGER invoices_receipt_restores_within BEFORE INSERT ON invoices_receipt
WHEN NEW.restores_id IS NOT NULL AND NOT EXISTS (
  SELECT 1 FROM invoices_receiptcancellation AS undone JOIN invoices_receipt AS paper ON paper.id = undone.receipt_id
   WHERE undone.id = NEW.restores_id AND undone.customer_id = NEW.customer_id
     AND paper.payment_ref = NEW.payment_ref AND undone.amount_cents >= NEW.amount_cents
) BEGIN
  SELECT RAISE(ABORT, 'invoices_receipt_restores_within');
END;
