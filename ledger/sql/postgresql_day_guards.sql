-- What PostgreSQL refuses about days. Needs ledger_fail of postgresql_guards.sql. The condition costs no call of a function
-- where it does not hold.

CREATE FUNCTION ledger_tx_effective_by_its_recording() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM ledger_fail(TG_NAME, 'recorded at ' || NEW.recorded_at || ', before its effect on ' || NEW.effective_on);
  RETURN NULL;
END $$;
CREATE TRIGGER ledger_tx_effective_by_its_recording BEFORE INSERT ON ledger_tx FOR EACH ROW
  WHEN (NEW.effective_on > (NEW.recorded_at AT TIME ZONE 'Europe/Paris')::date)
  EXECUTE FUNCTION ledger_tx_effective_by_its_recording();
