-- What PostgreSQL refuses about announced transfers. `bank_refuse` is in postgresql_guards.sql.

-- What the customer said stays as said; only what became of it moves.
CREATE OR REPLACE FUNCTION bank_announced_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  kept bank_announcedtransfer%ROWTYPE := OLD;
BEGIN
  kept.state := NEW.state;
  kept.waits_until := NEW.waits_until;
  kept.line_id := NEW.line_id;
  kept.received_cents := NEW.received_cents;
  kept.asked_at := NEW.asked_at;
  kept.updated_at := NEW.updated_at;
  IF NEW IS DISTINCT FROM kept THEN
    RAISE EXCEPTION '%: announced transfer %', TG_NAME, OLD.id USING ERRCODE = '23514', CONSTRAINT = TG_NAME;
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER bank_announced_as_said BEFORE UPDATE ON bank_announcedtransfer
  FOR EACH ROW EXECUTE FUNCTION bank_announced_kept();
CREATE TRIGGER bank_announced_stays BEFORE DELETE ON bank_announcedtransfer
  FOR EACH ROW EXECUTE FUNCTION bank_refuse();
CREATE TRIGGER bank_announced_event_append_only BEFORE UPDATE OR DELETE ON bank_announcedevent
  FOR EACH ROW EXECUTE FUNCTION bank_refuse();
