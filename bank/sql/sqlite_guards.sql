-- What SQLite refuses about what our bank told us: the same promises as postgresql_guards.sql, under the same names.

CREATE TRIGGER bank_line_append_only BEFORE UPDATE ON bank_bankline BEGIN
  SELECT RAISE(ABORT, 'bank_line_append_only');
END;

CREATE TRIGGER bank_line_append_only_delete BEFORE DELETE ON bank_bankline BEGIN
  SELECT RAISE(ABORT, 'bank_line_append_only');
END;

CREATE TRIGGER bank_statement_append_only BEFORE UPDATE ON bank_statement BEGIN
  SELECT RAISE(ABORT, 'bank_statement_append_only');
END;

CREATE TRIGGER bank_statement_append_only_delete BEFORE DELETE ON bank_statement BEGIN
  SELECT RAISE(ABORT, 'bank_statement_append_only');
END;

CREATE TRIGGER bank_file_append_only BEFORE UPDATE ON bank_statementfile BEGIN
  SELECT RAISE(ABORT, 'bank_file_append_only');
END;

CREATE TRIGGER bank_file_append_only_delete BEFORE DELETE ON bank_statementfile BEGIN
  SELECT RAISE(ABORT, 'bank_file_append_only');
END;

CREATE TRIGGER bank_party_stays_as_seen BEFORE UPDATE ON bank_partyaccount
WHEN OLD.id IS NOT NEW.id OR OLD.iban_index IS NOT NEW.iban_index OR OLD.country IS NOT NEW.country
  OR OLD.last_digits IS NOT NEW.last_digits OR OLD.first_seen_at IS NOT NEW.first_seen_at
BEGIN
  SELECT RAISE(ABORT, 'bank_party_stays_as_seen');
END;

CREATE TRIGGER bank_party_stays BEFORE DELETE ON bank_partyaccount BEGIN
  SELECT RAISE(ABORT, 'bank_party_stays');
END;

CREATE TRIGGER bank_work_stays BEFORE DELETE ON bank_linework BEGIN
  SELECT RAISE(ABORT, 'bank_work_stays');
END;
