-- What PostgreSQL refuses about disputes; `payments_refuse` comes with the guards of the till.

CREATE OR REPLACE TRIGGER payments_disputemovement_append_only BEFORE UPDATE OR DELETE ON payments_disputemovement
  FOR EACH ROW EXECUTE FUNCTION payments_refuse();
CREATE OR REPLACE TRIGGER payments_disputeevent_append_only BEFORE UPDATE OR DELETE ON payments_disputeevent
  FOR EACH ROW EXECUTE FUNCTION payments_refuse();
CREATE OR REPLACE TRIGGER payments_dispute_stays BEFORE DELETE ON payments_dispute
  FOR EACH ROW EXECUTE FUNCTION payments_refuse();
CREATE OR REPLACE TRIGGER payments_disputeditem_stays BEFORE DELETE ON payments_disputeditem
  FOR EACH ROW EXECUTE FUNCTION payments_refuse();
