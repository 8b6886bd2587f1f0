-- What SQLite refuses about payment events.

CREATE TRIGGER chorus_payment_event_append_only_update BEFORE UPDATE ON chorus_paymentevent
BEGIN
  SELECT RAISE(ABORT, 'chorus_payment_event_append_only');
END;

CREATE TRIGGER chorus_payment_event_append_only_delete BEFORE DELETE ON chorus_paymentevent
BEGIN
  SELECT RAISE(ABORT, 'chorus_payment_event_append_only');
END;
