-- What PostgreSQL refuses about approvals. Each trigger bears the name that its error shows; docs/approvals.md lists them.

CREATE OR REPLACE FUNCTION accounts_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '%: % on %', TG_NAME, TG_OP, TG_TABLE_NAME USING ERRCODE = '23514', CONSTRAINT = TG_NAME;
END $$;

-- What was asked never changes, and a decision is taken once: only the state may go on, with who decided, when and why.
CREATE OR REPLACE FUNCTION accounts_approval_goes_on() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  kept accounts_approval%ROWTYPE := OLD;
BEGIN
  kept.state := NEW.state;
  IF OLD.state = 'ASKED' THEN
    kept.decided_by_id := NEW.decided_by_id;
    kept.decided_at := NEW.decided_at;
    kept.note := NEW.note;
  END IF;
  IF NEW IS DISTINCT FROM kept OR NOT (
    OLD.state = NEW.state
    OR (OLD.state = 'ASKED' AND NEW.state IN ('APPROVED', 'REFUSED', 'WITHDRAWN', 'EXPIRED'))
    OR (OLD.state = 'APPROVED' AND NEW.state IN ('USED', 'WITHDRAWN', 'EXPIRED'))
  ) THEN
    RAISE EXCEPTION '%: approval % is %', TG_NAME, OLD.id, OLD.state USING ERRCODE = '23514', CONSTRAINT = TG_NAME;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER accounts_approval_only_goes_on BEFORE UPDATE ON accounts_approval
  FOR EACH ROW EXECUTE FUNCTION accounts_approval_goes_on();
CREATE TRIGGER accounts_approval_born_asked BEFORE INSERT ON accounts_approval
  FOR EACH ROW WHEN (NEW.state <> 'ASKED') EXECUTE FUNCTION accounts_refuse();
CREATE TRIGGER accounts_approval_stays BEFORE DELETE ON accounts_approval
  FOR EACH ROW EXECUTE FUNCTION accounts_refuse();
CREATE TRIGGER accounts_approvalevent_append_only BEFORE UPDATE OR DELETE ON accounts_approvalevent
  FOR EACH ROW EXECUTE FUNCTION accounts_refuse();
