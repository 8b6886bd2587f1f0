-- What PostgreSQL refuses about submissions. Each trigger bears the name that its error shows; docs/chorus.md lists them.

CREATE OR REPLACE FUNCTION chorus_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '%: % on %', TG_NAME, TG_OP, TG_TABLE_NAME USING ERRCODE = '23514', CONSTRAINT = TG_NAME;
END $$;

-- What was sent, in which attempt and of which document, stays as it was; only how it ended is written afterwards.
CREATE OR REPLACE FUNCTION chorus_deposit_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.submission_id, NEW.attempt, NEW.sha256, NEW.size, NEW.file_name, NEW.routing::text, NEW.started_at)
     IS DISTINCT FROM (OLD.submission_id, OLD.attempt, OLD.sha256, OLD.size, OLD.file_name, OLD.routing::text, OLD.started_at)
     OR OLD.flow_number IS NOT NULL AND NEW.flow_number IS DISTINCT FROM OLD.flow_number THEN
    RAISE EXCEPTION '%: deposit %', TG_NAME, OLD.id USING ERRCODE = '23514', CONSTRAINT = TG_NAME;
  END IF;
  RETURN NEW;
END $$;

-- The document, its environment and its identifier in Chorus Pro are for good.
CREATE OR REPLACE FUNCTION chorus_submission_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.invoice_id, NEW.environment, NEW.created_at) IS DISTINCT FROM (OLD.invoice_id, OLD.environment, OLD.created_at)
     OR OLD.chorus_id IS NOT NULL AND NEW.chorus_id IS DISTINCT FROM OLD.chorus_id THEN
    RAISE EXCEPTION '%: submission %', TG_NAME, OLD.id USING ERRCODE = '23514', CONSTRAINT = TG_NAME;
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER chorus_event_append_only BEFORE UPDATE OR DELETE ON chorus_lifecycleevent
  FOR EACH ROW EXECUTE FUNCTION chorus_refuse();
CREATE TRIGGER chorus_deposit_as_sent BEFORE UPDATE ON chorus_deposit
  FOR EACH ROW EXECUTE FUNCTION chorus_deposit_kept();
CREATE TRIGGER chorus_deposit_stays BEFORE DELETE ON chorus_deposit
  FOR EACH ROW EXECUTE FUNCTION chorus_refuse();
CREATE TRIGGER chorus_submission_of_one_document BEFORE UPDATE ON chorus_submission
  FOR EACH ROW EXECUTE FUNCTION chorus_submission_kept();
CREATE TRIGGER chorus_submission_stays BEFORE DELETE ON chorus_submission
  FOR EACH ROW EXECUTE FUNCTION chorus_refuse();
