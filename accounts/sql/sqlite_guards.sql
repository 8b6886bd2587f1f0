-- What SQLite refuses about approvals: the same promises as postgresql_guards.sql, under the same names.

CREATE TRIGGER accounts_approval_only_goes_on BEFORE UPDATE ON accounts_approval
WHEN OLD.id IS NOT NEW.id OR OLD.public_id IS NOT NEW.public_id OR OLD.kind IS NOT NEW.kind
  OR OLD.subject IS NOT NEW.subject OR OLD.summary IS NOT NEW.summary OR OLD.digest IS NOT NEW.digest
  OR OLD.reason IS NOT NEW.reason OR OLD.asked_by_id IS NOT NEW.asked_by_id OR OLD.asked_at IS NOT NEW.asked_at
  OR OLD.expires_at IS NOT NEW.expires_at
  OR (OLD.state <> 'ASKED' AND (OLD.decided_by_id IS NOT NEW.decided_by_id
    OR OLD.decided_at IS NOT NEW.decided_at OR OLD.note IS NOT NEW.note))
  OR NOT (OLD.state = NEW.state
    OR (OLD.state = 'ASKED' AND NEW.state IN ('APPROVED', 'REFUSED', 'WITHDRAWN', 'EXPIRED'))
    OR (OLD.state = 'APPROVED' AND NEW.state IN ('USED', 'WITHDRAWN', 'EXPIRED')))
BEGIN
  SELECT RAISE(ABORT, 'accounts_approval_only_goes_on');
END;

CREATE TRIGGER accounts_approval_born_asked BEFORE INSERT ON accounts_approval WHEN NEW.state <> 'ASKED' BEGIN
  SELECT RAISE(ABORT, 'accounts_approval_born_asked');
END;

CREATE TRIGGER accounts_approval_stays BEFORE DELETE ON accounts_approval BEGIN
  SELECT RAISE(ABORT, 'accounts_approval_stays');
END;

CREATE TRIGGER accounts_approvalevent_append_only BEFORE UPDATE ON accounts_approvalevent BEGIN
  SELECT RAISE(ABORT, 'accounts_approvalevent_append_only');
END;

CREATE TRIGGER accounts_approvalevent_append_only_delete BEFORE DELETE ON accounts_approvalevent BEGIN
  SELECT RAISE(ABORT, 'accounts_approvalevent_append_only');
END;
