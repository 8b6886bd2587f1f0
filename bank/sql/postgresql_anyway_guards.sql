-- What PostgreSQL refuses about imports asked for anyway. `bank_refuse` is in postgresql_guards.sql.

CREATE TRIGGER bank_anyway_append_only BEFORE UPDATE OR DELETE ON bank_anywayrequest
  FOR EACH ROW EXECUTE FUNCTION bank_refuse();
