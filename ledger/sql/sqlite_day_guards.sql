-- What SQLite refuses about days: the promise of postgresql_day_guards.sql, same name. It keeps moments in UTC and knows no
-- zones: Paris has summer time from the last Sunday of March to the last of October, both at 01:00 UTC (directive 2000/84/EC).

-- The header:
CREATE TRIGGER ledger_tx_effective_by_its_recording BEFORE INSERT ON ledger_tx BEGIN
  SELECT RAISE(ABORT, 'ledger_tx_effective_by_its_recording')
    FROM (SELECT datetime(NEW.recorded_at) AS at, strftime('%Y', NEW.recorded_at) AS year) recorded
   WHERE NEW.effective_on > date(recorded.at, CASE
           WHEN recorded.at >= datetime(recorded.year || '-04-01', 'weekday 0', '-7 days', '+1 hours')
            AND recorded.at < datetime(recorded.year || '-11-01', 'weekday 0', '-7 days', '+1 hours')
           THEN '+2 hours' ELSE '+1 hours' END);
END;
