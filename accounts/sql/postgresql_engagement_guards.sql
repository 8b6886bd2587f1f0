-- What PostgreSQL refuses about engagements. The customer is locked: two written at once see each other.

CREATE OR REPLACE FUNCTION accounts_engagement_alone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM accounts_customer WHERE id = NEW.customer_id FOR NO KEY UPDATE;
  IF NEW.ended_at IS NULL AND EXISTS (
    SELECT 1 FROM accounts_engagement AS other
    WHERE other.customer_id = NEW.customer_id AND other.service_code = NEW.service_code
      AND other.id IS DISTINCT FROM NEW.id AND other.ended_at IS NULL
      AND (other.valid_until IS NULL OR other.valid_until >= NEW.valid_from)
      AND (NEW.valid_until IS NULL OR other.valid_from <= NEW.valid_until)
  ) THEN
    RAISE EXCEPTION '%: customer %', TG_NAME, NEW.customer_id USING ERRCODE = '23514', CONSTRAINT = TG_NAME;
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER accounts_engagement_one_a_day BEFORE INSERT OR UPDATE ON accounts_engagement
  FOR EACH ROW EXECUTE FUNCTION accounts_engagement_alone();

CREATE OR REPLACE FUNCTION accounts_engagement_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  kept accounts_engagement%ROWTYPE := OLD;
BEGIN
  kept.created_by_id := NEW.created_by_id;
  IF OLD.ended_at IS NULL THEN
    kept.ended_at := NEW.ended_at;
  END IF;
  IF NEW IS DISTINCT FROM kept THEN
    RAISE EXCEPTION '%: engagement %', TG_NAME, OLD.id USING ERRCODE = '23514', CONSTRAINT = TG_NAME;
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER accounts_engagement_as_written BEFORE UPDATE ON accounts_engagement
  FOR EACH ROW EXECUTE FUNCTION accounts_engagement_kept();
