-- What SQLite refuses about disputes: the same promises as postgresql_disputes_guards.sql, under the same names.

CREATE TRIGGER payments_disputemovement_append_only BEFORE UPDATE ON payments_disputemovement BEGIN
  SELECT RAISE(ABORT, 'payments_disputemovement_append_only');
END;

CREATE TRIGGER payments_disputemovement_append_only_delete BEFORE DELETE ON payments_disputemovement BEGIN
  SELECT RAISE(ABORT, 'payments_disputemovement_append_only');
END;

CREATE TRIGGER payments_disputeevent_append_only BEFORE UPDATE ON payments_disputeevent BEGIN
  SELECT RAISE(ABORT, 'payments_disputeevent_append_only');
END;

CREATE TRIGGER payments_disputeevent_append_only_delete BEFORE DELETE ON payments_disputeevent BEGIN
  SELECT RAISE(ABORT, 'payments_disputeevent_append_only');
END;

CREATE TRIGGER payments_dispute_stays BEFORE DELETE ON payments_dispute BEGIN
  SELECT RAISE(ABORT, 'payments_dispute_stays');
END;

CREATE TRIGGER payments_disputeditem_stays BEFORE DELETE ON payments_disputeditem BEGIN
  SELECT RAISE(ABORT, 'payments_disputeditem_stays');
END;
