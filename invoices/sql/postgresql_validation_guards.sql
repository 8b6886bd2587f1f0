-- What PostgreSQL refuses about the checks of documents. docs/invoices.md lists the names.

CREATE OR REPLACE FUNCTION invoices_validation_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  kept invoices_validation%ROWTYPE := OLD;
BEGIN
  IF TG_OP = 'DELETE' THEN
    PERFORM invoices_fail(TG_NAME, 'validation ' || OLD.id);
  END IF;
  -- Who dealt with what is invalid, when and how: written once.
  IF OLD.handled_at IS NULL THEN
    kept.handled_at := NEW.handled_at;
    kept.handled_by_id := NEW.handled_by_id;
    kept.handled_note := NEW.handled_note;
  END IF;
  IF NEW IS DISTINCT FROM kept THEN
    PERFORM invoices_fail(TG_NAME, 'validation ' || OLD.id);
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER invoices_validation_append_only BEFORE UPDATE OR DELETE ON invoices_validation
  FOR EACH ROW EXECUTE FUNCTION invoices_validation_kept();

CREATE OR REPLACE FUNCTION invoices_as_validated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (
    SELECT 1 FROM invoices_validation AS checked WHERE checked.id = NEW.validation_id
      AND checked.invoice_id = NEW.invoice_id
      AND (NEW.kind = 'XML' AND checked.xml_sha256 = NEW.sha256 OR NEW.kind = 'FACTURX' AND checked.outcome = 'VALID')
  ) THEN
    PERFORM invoices_fail(TG_NAME, NEW.kind || ' of invoice ' || NEW.invoice_id);
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER invoices_rendition_as_validated BEFORE INSERT ON invoices_rendition
  FOR EACH ROW WHEN (NEW.validation_id IS NOT NULL) EXECUTE FUNCTION invoices_as_validated();
