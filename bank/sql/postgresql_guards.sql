-- What PostgreSQL refuses about what our bank told us. Each trigger bears the name that its error shows; docs/bank.md lists them.

CREATE OR REPLACE FUNCTION bank_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '%: % on %', TG_NAME, TG_OP, TG_TABLE_NAME USING ERRCODE = '23514', CONSTRAINT = TG_NAME;
END $$;

-- The account of a payer stays the same account; only its encryption may be renewed under another key.
CREATE OR REPLACE FUNCTION bank_party_as_seen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  kept bank_partyaccount%ROWTYPE := OLD;
BEGIN
  kept.iban := NEW.iban;
  IF NEW IS DISTINCT FROM kept THEN
    RAISE EXCEPTION '%: account %', TG_NAME, OLD.id USING ERRCODE = '23514', CONSTRAINT = TG_NAME;
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER bank_line_append_only BEFORE UPDATE OR DELETE ON bank_bankline
  FOR EACH ROW EXECUTE FUNCTION bank_refuse();
CREATE TRIGGER bank_statement_append_only BEFORE UPDATE OR DELETE ON bank_statement
  FOR EACH ROW EXECUTE FUNCTION bank_refuse();
CREATE TRIGGER bank_file_append_only BEFORE UPDATE OR DELETE ON bank_statementfile
  FOR EACH ROW EXECUTE FUNCTION bank_refuse();
CREATE TRIGGER bank_party_stays_as_seen BEFORE UPDATE ON bank_partyaccount
  FOR EACH ROW EXECUTE FUNCTION bank_party_as_seen();
CREATE TRIGGER bank_party_stays BEFORE DELETE ON bank_partyaccount
  FOR EACH ROW EXECUTE FUNCTION bank_refuse();
CREATE TRIGGER bank_work_stays BEFORE DELETE ON bank_linework
  FOR EACH ROW EXECUTE FUNCTION bank_refuse();
