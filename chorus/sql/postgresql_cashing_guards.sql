-- What PostgreSQL refuses about payment events.

CREATE TRIGGER chorus_payment_event_append_only BEFORE UPDATE OR DELETE ON chorus_paymentevent
  FOR EACH ROW EXECUTE FUNCTION chorus_refuse();
