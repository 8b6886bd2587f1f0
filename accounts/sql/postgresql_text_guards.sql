-- What PostgreSQL refuses about texts on invoices. The customer is locked: two texts written at once see each other.

CREATE OR REPLACE FUNCTION accounts_text_alone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM accounts_customer WHERE id = NEW.customer_id FOR NO KEY UPDATE;
  IF EXISTS (
    SELECT 1 FROM accounts_invoicetext AS other
    WHERE other.customer_id = NEW.customer_id AND other.kind = NEW.kind AND other.id IS DISTINCT FROM NEW.id
      AND (other.valid_until IS NULL OR other.valid_until >= NEW.valid_from)
      AND (NEW.valid_until IS NULL OR other.valid_from <= NEW.valid_until)
  ) THEN
    RAISE EXCEPTION '%: customer %', TG_NAME, NEW.customer_id USING ERRCODE = '23514', CONSTRAINT = TG_NAME;
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER accounts_invoicetext_one_a_day BEFORE INSERT OR UPDATE ON accounts_invoicetext
  FOR EACH ROW EXECUTE FUNCTION accounts_text_alone();
