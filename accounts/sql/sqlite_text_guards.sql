-- What SQLite refuses about texts on invoices: the same promises as postgresql_text_guards.sql.

CREATE TRIGGER accounts_invoicetext_one_a_day BEFORE INSERT ON accounts_invoicetext
WHEN EXISTS (
  SELECT 1 FROM accounts_invoicetext AS other
  WHERE other.customer_id = NEW.customer_id AND other.kind = NEW.kind AND other.id IS NOT NEW.id
    AND (other.valid_until IS NULL OR other.valid_until >= NEW.valid_from)
    AND (NEW.valid_until IS NULL OR other.valid_from <= NEW.valid_until)
) BEGIN
  SELECT RAISE(ABORT, 'accounts_invoicetext_one_a_day');
END;

CREATE TRIGGER accounts_invoicetext_one_a_day_update BEFORE UPDATE ON accounts_invoicetext
WHEN EXISTS (
  SELECT 1 FROM accounts_invoicetext AS other
  WHERE other.customer_id = NEW.customer_id AND other.kind = NEW.kind AND other.id IS NOT NEW.id
    AND (other.valid_until IS NULL OR other.valid_until >= NEW.valid_from)
    AND (NEW.valid_until IS NULL OR other.valid_from <= NEW.valid_until)
) BEGIN
  SELECT RAISE(ABORT, 'accounts_invoicetext_one_a_day');
END;
