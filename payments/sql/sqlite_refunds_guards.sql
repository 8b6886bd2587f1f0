-- What SQLite refuses about the history of refunds: the same promises as postgresql_refunds_guards.sql, under the same names.

CREATE TRIGGER payments_refundevent_append_only BEFORE UPDATE ON payments_refundevent BEGIN
  SELECT RAISE(ABORT, 'payments_refundevent_append_only');
END;

CREATE TRIGGER payments_refundevent_append_only_delete BEFORE DELETE ON payments_refundevent BEGIN
  SELECT RAISE(ABORT, 'payments_refundevent_append_only');
END;

CREATE TRIGGER payments_refund_stays BEFORE DELETE ON payments_refund BEGIN
  SELECT RAISE(ABORT, 'payments_refund_stays');
END;
