-- What SQLite refuses about attestations: the promises of postgresql_attestation_guards.sql, same names.

CREATE TRIGGER invoices_attestation_append_only BEFORE UPDATE ON invoices_attestation BEGIN
  SELECT RAISE(ABORT, 'invoices_attestation_append_only');
END;

CREATE TRIGGER invoices_attestation_append_only_delete BEFORE DELETE ON invoices_attestation BEGIN
  SELECT RAISE(ABORT, 'invoices_attestation_append_only');
END;
