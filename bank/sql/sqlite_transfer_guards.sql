-- What SQLite refuses about transfers that we order: the same promises as postgresql_transfer_guards.sql, under the same names.

CREATE TRIGGER bank_order_event_append_only BEFORE UPDATE ON bank_transferorderevent BEGIN
  SELECT RAISE(ABORT, 'bank_order_event_append_only');
END;

CREATE TRIGGER bank_order_event_append_only_delete BEFORE DELETE ON bank_transferorderevent BEGIN
  SELECT RAISE(ABORT, 'bank_order_event_append_only');
END;

CREATE TRIGGER bank_transfer_file_event_append_only BEFORE UPDATE ON bank_transferfileevent BEGIN
  SELECT RAISE(ABORT, 'bank_transfer_file_event_append_only');
END;

CREATE TRIGGER bank_transfer_file_event_append_only_delete BEFORE DELETE ON bank_transferfileevent BEGIN
  SELECT RAISE(ABORT, 'bank_transfer_file_event_append_only');
END;

CREATE TRIGGER bank_kept_release_append_only BEFORE UPDATE ON bank_keptrelease BEGIN
  SELECT RAISE(ABORT, 'bank_kept_release_append_only');
END;

CREATE TRIGGER bank_kept_release_append_only_delete BEFORE DELETE ON bank_keptrelease BEGIN
  SELECT RAISE(ABORT, 'bank_kept_release_append_only');
END;

CREATE TRIGGER bank_line_payout_stays_as_met BEFORE UPDATE ON bank_linepayout BEGIN
  SELECT RAISE(ABORT, 'bank_line_payout_stays_as_met');
END;

CREATE TRIGGER bank_order_stays_as_asked BEFORE UPDATE ON bank_transferorder
WHEN OLD.id IS NOT NEW.id
  OR OLD.public_id IS NOT NEW.public_id
  OR OLD.end_to_end IS NOT NEW.end_to_end
  OR OLD.kind IS NOT NEW.kind
  OR OLD.line_id IS NOT NEW.line_id
  OR OLD.party_account_id IS NOT NEW.party_account_id
  OR OLD.beneficiary IS NOT NEW.beneficiary
  OR OLD.amount_cents IS NOT NEW.amount_cents
  OR OLD.customer_id IS NOT NEW.customer_id
  OR OLD.lot_id IS NOT NEW.lot_id
  OR OLD.of_hold IS NOT NEW.of_hold
  OR OLD.reason IS NOT NEW.reason
  OR OLD.asked_by_id IS NOT NEW.asked_by_id
  OR OLD.created_at IS NOT NEW.created_at
BEGIN
  SELECT RAISE(ABORT, 'bank_order_stays_as_asked');
END;

CREATE TRIGGER bank_order_stays BEFORE DELETE ON bank_transferorder BEGIN
  SELECT RAISE(ABORT, 'bank_order_stays');
END;

CREATE TRIGGER bank_transfer_file_stays BEFORE DELETE ON bank_transferfile BEGIN
  SELECT RAISE(ABORT, 'bank_transfer_file_stays');
END;

CREATE TRIGGER bank_line_recall_append_only BEFORE UPDATE ON bank_linerecall BEGIN
  SELECT RAISE(ABORT, 'bank_line_recall_append_only');
END;

CREATE TRIGGER bank_line_recall_append_only_delete BEFORE DELETE ON bank_linerecall BEGIN
  SELECT RAISE(ABORT, 'bank_line_recall_append_only');
END;
