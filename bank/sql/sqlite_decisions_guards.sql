-- What was decided about bank lines is added to, never changed: as postgresql_decisions.sql.

CREATE TRIGGER bank_judgement_append_only BEFORE UPDATE ON bank_judgement BEGIN
  SELECT RAISE(ABORT, 'bank_judgement_append_only');
END;

CREATE TRIGGER bank_judgement_append_only_delete BEFORE DELETE ON bank_judgement BEGIN
  SELECT RAISE(ABORT, 'bank_judgement_append_only');
END;

CREATE TRIGGER bank_decision_append_only BEFORE UPDATE ON bank_decision BEGIN
  SELECT RAISE(ABORT, 'bank_decision_append_only');
END;

CREATE TRIGGER bank_decision_append_only_delete BEFORE DELETE ON bank_decision BEGIN
  SELECT RAISE(ABORT, 'bank_decision_append_only');
END;

CREATE TRIGGER bank_share_append_only BEFORE UPDATE ON bank_share BEGIN
  SELECT RAISE(ABORT, 'bank_share_append_only');
END;

CREATE TRIGGER bank_share_append_only_delete BEFORE DELETE ON bank_share BEGIN
  SELECT RAISE(ABORT, 'bank_share_append_only');
END;

CREATE TRIGGER bank_note_append_only BEFORE UPDATE ON bank_linenote BEGIN
  SELECT RAISE(ABORT, 'bank_note_append_only');
END;

CREATE TRIGGER bank_note_append_only_delete BEFORE DELETE ON bank_linenote BEGIN
  SELECT RAISE(ABORT, 'bank_note_append_only');
END;
