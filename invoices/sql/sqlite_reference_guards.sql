-- What SQLite refuses about changes of references: the same promises as postgresql_reference_guards.sql.

CREATE TRIGGER invoices_referencechange_append_only BEFORE UPDATE ON invoices_referencechange BEGIN
  SELECT RAISE(ABORT, 'invoices_referencechange_append_only');
END;

CREATE TRIGGER invoices_referencechange_append_only_delete BEFORE DELETE ON invoices_referencechange BEGIN
  SELECT RAISE(ABORT, 'invoices_referencechange_append_only');
END;
