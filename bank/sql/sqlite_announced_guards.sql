-- What SQLite refuses about announced transfers: the same promises as postgresql_announced_guards.sql, under the same names.

CREATE TRIGGER bank_announced_as_said BEFORE UPDATE ON bank_announcedtransfer
WHEN OLD.id IS NOT NEW.id OR OLD.public_id IS NOT NEW.public_id OR OLD.once IS NOT NEW.once
  OR OLD.customer_id IS NOT NEW.customer_id OR OLD.amount_cents IS NOT NEW.amount_cents
  OR OLD.documents IS NOT NEW.documents OR OLD.sent_on IS NOT NEW.sent_on OR OLD.holds IS NOT NEW.holds
  OR OLD.announced_at IS NOT NEW.announced_at OR OLD.announced_by_id IS NOT NEW.announced_by_id
BEGIN
  SELECT RAISE(ABORT, 'bank_announced_as_said');
END;

CREATE TRIGGER bank_announced_stays BEFORE DELETE ON bank_announcedtransfer BEGIN
  SELECT RAISE(ABORT, 'bank_announced_stays');
END;

CREATE TRIGGER bank_announced_event_append_only BEFORE UPDATE ON bank_announcedevent BEGIN
  SELECT RAISE(ABORT, 'bank_announced_event_append_only');
END;

CREATE TRIGGER bank_announced_event_append_only_delete BEFORE DELETE ON bank_announcedevent BEGIN
  SELECT RAISE(ABORT, 'bank_announced_event_append_only');
END;
