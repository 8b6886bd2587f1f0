-- What PostgreSQL refuses of the chain of proofs. Needs ledger_fail and ledger_refuse of postgresql_guards.sql.

CREATE TRIGGER ledger_link_append_only BEFORE UPDATE OR DELETE ON ledger_link
  FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER ledger_link_no_truncate BEFORE TRUNCATE ON ledger_link
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER ledger_closing_append_only BEFORE UPDATE OR DELETE ON ledger_closing
  FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER ledger_closing_no_truncate BEFORE TRUNCATE ON ledger_closing
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();

CREATE FUNCTION ledger_link_follows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.position <> (SELECT coalesce(max(position), 0) + 1 FROM ledger_link) THEN
    PERFORM ledger_fail(TG_NAME, 'link ' || NEW.position || ' does not follow the last one');
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER ledger_link_follows BEFORE INSERT ON ledger_link FOR EACH ROW EXECUTE FUNCTION ledger_link_follows();

CREATE FUNCTION ledger_closing_follows() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  last record;
BEGIN
  SELECT last_position, ends_on INTO last FROM ledger_closing WHERE kind = NEW.kind ORDER BY starts_on DESC LIMIT 1;
  IF NEW.first_position <> coalesce(last.last_position, 0) + 1
     OR last.ends_on IS NOT NULL AND NEW.starts_on <> last.ends_on + 1 THEN
    PERFORM ledger_fail(TG_NAME, NEW.kind || ' ' || NEW.starts_on || ' does not follow the closing before');
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER ledger_closing_follows BEFORE INSERT ON ledger_closing
  FOR EACH ROW EXECUTE FUNCTION ledger_closing_follows();
