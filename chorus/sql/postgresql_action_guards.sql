-- What PostgreSQL refuses about answers to Chorus Pro.

-- What was asked for, by whom, about which status stays as it was; an answer that has ended has ended.
CREATE OR REPLACE FUNCTION chorus_action_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.submission_id, NEW.kind, NEW.key, NEW.payload::text, NEW.status_at, NEW.asked_by, NEW.source, NEW.asked_at)
     IS DISTINCT FROM
     (OLD.submission_id, OLD.kind, OLD.key, OLD.payload::text, OLD.status_at, OLD.asked_by, OLD.source, OLD.asked_at)
     OR OLD.state IN ('DONE', 'REFUSED') AND NEW.state IS DISTINCT FROM OLD.state THEN
    RAISE EXCEPTION '%: answer %', TG_NAME, OLD.id USING ERRCODE = '23514', CONSTRAINT = TG_NAME;
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER chorus_action_as_asked BEFORE UPDATE ON chorus_supplieraction
  FOR EACH ROW EXECUTE FUNCTION chorus_action_kept();
CREATE TRIGGER chorus_action_stays BEFORE DELETE ON chorus_supplieraction
  FOR EACH ROW EXECUTE FUNCTION chorus_refuse();
