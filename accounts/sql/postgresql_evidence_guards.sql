-- What PostgreSQL refuses about evidence for VAT. Each trigger bears the name that its error shows; docs/vat.md lists them.

CREATE OR REPLACE TRIGGER accounts_vatnumbercheck_append_only BEFORE UPDATE OR DELETE ON accounts_vatnumbercheck
  FOR EACH ROW EXECUTE FUNCTION accounts_refuse();
CREATE OR REPLACE TRIGGER accounts_placeitem_append_only BEFORE UPDATE OR DELETE ON accounts_placeitem
  FOR EACH ROW EXECUTE FUNCTION accounts_refuse();
