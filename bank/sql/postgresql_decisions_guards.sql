-- What was decided about bank lines is added to, never changed.

CREATE TRIGGER bank_judgement_append_only BEFORE UPDATE OR DELETE ON bank_judgement
  FOR EACH ROW EXECUTE FUNCTION bank_refuse();
CREATE TRIGGER bank_decision_append_only BEFORE UPDATE OR DELETE ON bank_decision
  FOR EACH ROW EXECUTE FUNCTION bank_refuse();
CREATE TRIGGER bank_share_append_only BEFORE UPDATE OR DELETE ON bank_share
  FOR EACH ROW EXECUTE FUNCTION bank_refuse();
CREATE TRIGGER bank_note_append_only BEFORE UPDATE OR DELETE ON bank_linenote
  FOR EACH ROW EXECUTE FUNCTION bank_refuse();
