-- What PostgreSQL refuses about the history of refunds; `payments_refuse` comes with the guards of the till.

CREATE OR REPLACE TRIGGER payments_refundevent_append_only BEFORE UPDATE OR DELETE ON payments_refundevent
  FOR EACH ROW EXECUTE FUNCTION payments_refuse();
CREATE OR REPLACE TRIGGER payments_refund_stays BEFORE DELETE ON payments_refund
  FOR EACH ROW EXECUTE FUNCTION payments_refuse();
