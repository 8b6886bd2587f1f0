-- What SQLite refuses about imports asked for anyway: the same promises as postgresql_anyway_guards.sql.

CREATE TRIGGER bank_anyway_append_only BEFORE UPDATE ON bank_anywayrequest BEGIN
  SELECT RAISE(ABORT, 'bank_anyway_append_only');
END;

CREATE TRIGGER bank_anyway_append_only_delete BEFORE DELETE ON bank_anywayrequest BEGIN
  SELECT RAISE(ABORT, 'bank_anyway_append_only');
END;
