-- What PostgreSQL refuses about transfers that we order. Each trigger bears the name that its error shows; docs/bank.md lists them.

CREATE TRIGGER bank_order_event_append_only BEFORE UPDATE OR DELETE ON bank_transferorderevent
  FOR EACH ROW EXECUTE FUNCTION bank_refuse();

CREATE TRIGGER bank_transfer_file_event_append_only BEFORE UPDATE OR DELETE ON bank_transferfileevent
  FOR EACH ROW EXECUTE FUNCTION bank_refuse();

CREATE TRIGGER bank_kept_release_append_only BEFORE UPDATE OR DELETE ON bank_keptrelease
  FOR EACH ROW EXECUTE FUNCTION bank_refuse();

CREATE TRIGGER bank_line_payout_stays_as_met BEFORE UPDATE ON bank_linepayout
  FOR EACH ROW EXECUTE FUNCTION bank_refuse();

CREATE TRIGGER bank_order_stays_as_asked BEFORE UPDATE ON bank_transferorder
  FOR EACH ROW WHEN (OLD.id IS DISTINCT FROM NEW.id
    OR OLD.public_id IS DISTINCT FROM NEW.public_id
    OR OLD.end_to_end IS DISTINCT FROM NEW.end_to_end
    OR OLD.kind IS DISTINCT FROM NEW.kind
    OR OLD.line_id IS DISTINCT FROM NEW.line_id
    OR OLD.party_account_id IS DISTINCT FROM NEW.party_account_id
    OR OLD.beneficiary IS DISTINCT FROM NEW.beneficiary
    OR OLD.amount_cents IS DISTINCT FROM NEW.amount_cents
    OR OLD.customer_id IS DISTINCT FROM NEW.customer_id
    OR OLD.lot_id IS DISTINCT FROM NEW.lot_id
    OR OLD.of_hold IS DISTINCT FROM NEW.of_hold
    OR OLD.reason IS DISTINCT FROM NEW.reason
    OR OLD.asked_by_id IS DISTINCT FROM NEW.asked_by_id
    OR OLD.created_at IS DISTINCT FROM NEW.created_at)
  EXECUTE FUNCTION bank_refuse();

CREATE TRIGGER bank_order_stays BEFORE DELETE ON bank_transferorder
  FOR EACH ROW EXECUTE FUNCTION bank_refuse();

CREATE TRIGGER bank_transfer_file_stays BEFORE DELETE ON bank_transferfile
  FOR EACH ROW EXECUTE FUNCTION bank_refuse();

CREATE TRIGGER bank_line_recall_append_only BEFORE UPDATE OR DELETE ON bank_linerecall
  FOR EACH ROW EXECUTE FUNCTION bank_refuse();
