-- What SQLite refuses about engagements: the same promises as postgresql_engagement_guards.sql.

CREATE TRIGGER accounts_engagement_one_a_day BEFORE INSERT ON accounts_engagement
WHEN NEW.ended_at IS NULL AND EXISTS (
  SELECT 1 FROM accounts_engagement AS other
  WHERE other.customer_id = NEW.customer_id AND other.service_code = NEW.service_code
    AND other.id IS NOT NEW.id AND other.ended_at IS NULL
    AND (other.valid_until IS NULL OR other.valid_until >= NEW.valid_from)
    AND (NEW.valid_until IS NULL OR other.valid_from <= NEW.valid_until)
) BEGIN
  SELECT RAISE(ABORT, 'accounts_engagement_one_a_day');
END;

CREATE TRIGGER accounts_engagement_as_written BEFORE UPDATE ON accounts_engagement
WHEN OLD.id IS NOT NEW.id OR OLD.customer_id IS NOT NEW.customer_id OR OLD.service_code IS NOT NEW.service_code
  OR OLD.number IS NOT NEW.number OR OLD.market_number IS NOT NEW.market_number
  OR OLD.valid_from IS NOT NEW.valid_from OR OLD.valid_until IS NOT NEW.valid_until
  OR OLD.ceiling_cents IS NOT NEW.ceiling_cents OR OLD.created_at IS NOT NEW.created_at
  OR (OLD.ended_at IS NOT NULL AND OLD.ended_at IS NOT NEW.ended_at)
BEGIN
  SELECT RAISE(ABORT, 'accounts_engagement_as_written');
END;
