-- What SQLite refuses about submissions. Each trigger bears the name that its error shows; docs/chorus.md lists them.

CREATE TRIGGER chorus_event_append_only_update BEFORE UPDATE ON chorus_lifecycleevent
BEGIN
  SELECT RAISE(ABORT, 'chorus_event_append_only');
END;

CREATE TRIGGER chorus_event_append_only_delete BEFORE DELETE ON chorus_lifecycleevent
BEGIN
  SELECT RAISE(ABORT, 'chorus_event_append_only');
END;

CREATE TRIGGER chorus_deposit_as_sent BEFORE UPDATE ON chorus_deposit
WHEN NEW.submission_id IS NOT OLD.submission_id OR NEW.attempt IS NOT OLD.attempt OR NEW.sha256 IS NOT OLD.sha256
  OR NEW.size IS NOT OLD.size OR NEW.file_name IS NOT OLD.file_name OR NEW.routing IS NOT OLD.routing
  OR NEW.started_at IS NOT OLD.started_at OR OLD.flow_number IS NOT NULL AND NEW.flow_number IS NOT OLD.flow_number
BEGIN
  SELECT RAISE(ABORT, 'chorus_deposit_as_sent');
END;

CREATE TRIGGER chorus_deposit_stays BEFORE DELETE ON chorus_deposit
BEGIN
  SELECT RAISE(ABORT, 'chorus_deposit_stays');
END;

CREATE TRIGGER chorus_submission_of_one_document BEFORE UPDATE ON chorus_submission
WHEN NEW.invoice_id IS NOT OLD.invoice_id OR NEW.environment IS NOT OLD.environment OR NEW.created_at IS NOT OLD.created_at
  OR OLD.chorus_id IS NOT NULL AND NEW.chorus_id IS NOT OLD.chorus_id
BEGIN
  SELECT RAISE(ABORT, 'chorus_submission_of_one_document');
END;

CREATE TRIGGER chorus_submission_stays BEFORE DELETE ON chorus_submission
BEGIN
  SELECT RAISE(ABORT, 'chorus_submission_stays');
END;
