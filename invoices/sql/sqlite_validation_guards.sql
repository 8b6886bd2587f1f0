-- What SQLite refuses about the checks of documents: the promises of postgresql_validation_guards.sql, same names.

CREATE TRIGGER invoices_validation_append_only BEFORE UPDATE ON invoices_validation
WHEN OLD.handled_at IS NOT NULL OR OLD.id IS NOT NEW.id OR OLD.invoice_id IS NOT NEW.invoice_id
  OR OLD.channel IS NOT NEW.channel OR OLD.outcome IS NOT NEW.outcome OR OLD.xml_sha256 IS NOT NEW.xml_sha256
  OR OLD.findings_count IS NOT NEW.findings_count OR OLD.findings IS NOT NEW.findings
  OR OLD.validators IS NOT NEW.validators OR OLD.created_at IS NOT NEW.created_at BEGIN
  SELECT RAISE(ABORT, 'invoices_validation_append_only');
END;

CREATE TRIGGER invoices_validation_append_only_delete BEFORE DELETE ON invoices_validation BEGIN
  SELECT RAISE(ABORT, 'invoices_validation_append_only');
END;

CREATE TRIGGER invoices_rendition_as_validated BEFORE INSERT ON invoices_rendition
WHEN NEW.validation_id IS NOT NULL AND NOT EXISTS (
  SELECT 1 FROM invoices_validation AS checked WHERE checked.id = NEW.validation_id
    AND checked.invoice_id = NEW.invoice_id
    AND (NEW.kind = 'XML' AND checked.xml_sha256 = NEW.sha256 OR NEW.kind = 'FACTURX' AND checked.outcome = 'VALID')
) BEGIN
  SELECT RAISE(ABORT, 'invoices_rendition_as_validated');
END;
