-- What SQLite refuses about answers to Chorus Pro.

CREATE TRIGGER chorus_action_as_asked BEFORE UPDATE ON chorus_supplieraction
WHEN NEW.submission_id IS NOT OLD.submission_id OR NEW.kind IS NOT OLD.kind OR NEW.key IS NOT OLD.key
  OR NEW.payload IS NOT OLD.payload OR NEW.status_at IS NOT OLD.status_at OR NEW.asked_by IS NOT OLD.asked_by
  OR NEW.source IS NOT OLD.source OR NEW.asked_at IS NOT OLD.asked_at
  OR OLD.state IN ('DONE', 'REFUSED') AND NEW.state IS NOT OLD.state
BEGIN
  SELECT RAISE(ABORT, 'chorus_action_as_asked');
END;

CREATE TRIGGER chorus_action_stays BEFORE DELETE ON chorus_supplieraction
BEGIN
  SELECT RAISE(ABORT, 'chorus_action_stays');
END;
