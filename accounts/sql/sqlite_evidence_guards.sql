-- What SQLite refuses about evidence for VAT: the same promises as postgresql_evidence_guards.sql.

CREATE TRIGGER accounts_vatnumbercheck_append_only BEFORE UPDATE ON accounts_vatnumbercheck BEGIN
  SELECT RAISE(ABORT, 'accounts_vatnumbercheck_append_only');
END;

CREATE TRIGGER accounts_vatnumbercheck_append_only_delete BEFORE DELETE ON accounts_vatnumbercheck BEGIN
  SELECT RAISE(ABORT, 'accounts_vatnumbercheck_append_only');
END;

CREATE TRIGGER accounts_placeitem_append_only BEFORE UPDATE ON accounts_placeitem BEGIN
  SELECT RAISE(ABORT, 'accounts_placeitem_append_only');
END;

CREATE TRIGGER accounts_placeitem_append_only_delete BEFORE DELETE ON accounts_placeitem BEGIN
  SELECT RAISE(ABORT, 'accounts_placeitem_append_only');
END;
