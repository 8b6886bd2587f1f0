-- What PostgreSQL refuses about changes of references: they are history.

CREATE OR REPLACE TRIGGER invoices_referencechange_append_only BEFORE UPDATE OR DELETE ON invoices_referencechange
  FOR EACH ROW EXECUTE FUNCTION invoices_refuse();
