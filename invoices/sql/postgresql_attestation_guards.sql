-- What PostgreSQL refuses about attestations. docs/invoices.md lists the names.

CREATE OR REPLACE TRIGGER invoices_attestation_append_only BEFORE UPDATE OR DELETE ON invoices_attestation
  FOR EACH ROW EXECUTE FUNCTION invoices_refuse();
