-- What SQLite refuses about what providers told us: the same promises as postgresql_till_guards.sql, under the same names.

CREATE TRIGGER payments_movement_stays_as_told BEFORE UPDATE ON payments_providermovement
WHEN OLD.explained_at IS NOT NULL OR OLD.id IS NOT NEW.id OR OLD.provider IS NOT NEW.provider
  OR OLD.object_id IS NOT NEW.object_id OR OLD.cause IS NOT NEW.cause OR OLD.kind IS NOT NEW.kind
  OR OLD.gross_cents IS NOT NEW.gross_cents OR OLD.fee_cents IS NOT NEW.fee_cents OR OLD.net_cents IS NOT NEW.net_cents
  OR OLD.currency IS NOT NEW.currency OR OLD.occurred_at IS NOT NEW.occurred_at OR OLD.day IS NOT NEW.day
  OR OLD.available_at IS NOT NEW.available_at OR OLD.source_id IS NOT NEW.source_id
  OR OLD.reference IS NOT NEW.reference OR OLD.label IS NOT NEW.label OR OLD.recorded_at IS NOT NEW.recorded_at
BEGIN
  SELECT RAISE(ABORT, 'payments_movement_stays_as_told');
END;

CREATE TRIGGER payments_movement_stays BEFORE DELETE ON payments_providermovement BEGIN
  SELECT RAISE(ABORT, 'payments_movement_stays');
END;

CREATE TRIGGER payments_reading_append_only BEFORE UPDATE ON payments_balancereading BEGIN
  SELECT RAISE(ABORT, 'payments_reading_append_only');
END;

CREATE TRIGGER payments_reading_append_only_delete BEFORE DELETE ON payments_balancereading BEGIN
  SELECT RAISE(ABORT, 'payments_reading_append_only');
END;

CREATE TRIGGER payments_payoutevent_append_only BEFORE UPDATE ON payments_payoutevent BEGIN
  SELECT RAISE(ABORT, 'payments_payoutevent_append_only');
END;

CREATE TRIGGER payments_payoutevent_append_only_delete BEFORE DELETE ON payments_payoutevent BEGIN
  SELECT RAISE(ABORT, 'payments_payoutevent_append_only');
END;

CREATE TRIGGER payments_amountreview_append_only BEFORE UPDATE ON payments_amountreview BEGIN
  SELECT RAISE(ABORT, 'payments_amountreview_append_only');
END;

CREATE TRIGGER payments_amountreview_append_only_delete BEFORE DELETE ON payments_amountreview BEGIN
  SELECT RAISE(ABORT, 'payments_amountreview_append_only');
END;
