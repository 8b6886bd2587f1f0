-- What PostgreSQL refuses about what providers told us. Each trigger bears the name that its error shows; docs/proof.md lists them.

CREATE OR REPLACE FUNCTION payments_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '%: % on %', TG_NAME, TG_OP, TG_TABLE_NAME USING ERRCODE = '23514', CONSTRAINT = TG_NAME;
END $$;

-- What moved at a provider never changes; only, once, the moment when something of ours explained it.
CREATE OR REPLACE FUNCTION payments_movement_as_told() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  kept payments_providermovement%ROWTYPE := OLD;
BEGIN
  kept.explained_at := NEW.explained_at;
  IF NEW IS DISTINCT FROM kept OR OLD.explained_at IS NOT NULL THEN
    RAISE EXCEPTION '%: movement %', TG_NAME, OLD.object_id USING ERRCODE = '23514', CONSTRAINT = TG_NAME;
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER payments_movement_stays_as_told BEFORE UPDATE ON payments_providermovement
  FOR EACH ROW EXECUTE FUNCTION payments_movement_as_told();
CREATE OR REPLACE TRIGGER payments_movement_stays BEFORE DELETE ON payments_providermovement
  FOR EACH ROW EXECUTE FUNCTION payments_refuse();
CREATE OR REPLACE TRIGGER payments_reading_append_only BEFORE UPDATE OR DELETE ON payments_balancereading
  FOR EACH ROW EXECUTE FUNCTION payments_refuse();
CREATE OR REPLACE TRIGGER payments_payoutevent_append_only BEFORE UPDATE OR DELETE ON payments_payoutevent
  FOR EACH ROW EXECUTE FUNCTION payments_refuse();
CREATE OR REPLACE TRIGGER payments_amountreview_append_only BEFORE UPDATE OR DELETE ON payments_amountreview
  FOR EACH ROW EXECUTE FUNCTION payments_refuse();
