-- What PostgreSQL refuses about documents. Each trigger bears the name that its error shows; docs/invoices.md lists them.

CREATE OR REPLACE FUNCTION invoices_fail(guard text, detail text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '%: %', guard, detail USING ERRCODE = '23514', CONSTRAINT = guard;
END $$;

CREATE OR REPLACE FUNCTION invoices_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM invoices_fail(TG_NAME, TG_OP || ' on ' || TG_TABLE_NAME);
  RETURN NULL;
END $$;

-- --- Invoices -------------------------------------------------------------------------------------------------------
CREATE OR REPLACE FUNCTION invoices_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  kept invoices_invoice%ROWTYPE := OLD;
BEGIN
  -- Routing references: the buyer's own words, not part of the content.
  kept.service_code := NEW.service_code;
  kept.engagement_number := NEW.engagement_number;
  kept.market_number := NEW.market_number;
  IF NEW IS DISTINCT FROM kept THEN
    PERFORM invoices_fail(TG_NAME, 'invoice ' || OLD.number || ' is issued');
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER invoices_invoice_frozen BEFORE UPDATE ON invoices_invoice
  FOR EACH ROW WHEN (OLD.status = 'ISSUED') EXECUTE FUNCTION invoices_frozen();

CREATE OR REPLACE TRIGGER invoices_invoice_stays BEFORE DELETE ON invoices_invoice
  FOR EACH ROW WHEN (OLD.status = 'ISSUED') EXECUTE FUNCTION invoices_refuse();

CREATE OR REPLACE TRIGGER invoices_invoice_born_draft BEFORE INSERT ON invoices_invoice
  FOR EACH ROW WHEN (NEW.status <> 'DRAFT') EXECUTE FUNCTION invoices_refuse();

CREATE OR REPLACE FUNCTION invoices_sums_hold() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.net_cents IS DISTINCT FROM (SELECT sum(net_cents) FROM invoices_invoiceline WHERE invoice_id = NEW.id)
    OR NEW.net_cents IS DISTINCT FROM (SELECT sum(base_cents) FROM invoices_invoicevat WHERE invoice_id = NEW.id)
    OR NEW.vat_cents IS DISTINCT FROM (SELECT sum(vat_cents) FROM invoices_invoicevat WHERE invoice_id = NEW.id)
  THEN
    PERFORM invoices_fail(TG_NAME, 'invoice ' || NEW.id || ' does not add up');
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER invoices_invoice_sums_hold BEFORE UPDATE ON invoices_invoice
  FOR EACH ROW WHEN (OLD.status = 'DRAFT' AND NEW.status = 'ISSUED') EXECUTE FUNCTION invoices_sums_hold();

-- --- Lines and VAT of an issued invoice -----------------------------------------------------------------------------
-- FOR SHARE waits for a transaction that is issuing the invoice right now, and then reads what it became. The state is
-- looked at afterwards: as a condition of the query it would be that of before, and nothing would be waited for.
CREATE OR REPLACE FUNCTION invoices_part_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  parent bigint;
  state text;
BEGIN
  FOREACH parent IN ARRAY CASE TG_OP WHEN 'INSERT' THEN ARRAY[NEW.invoice_id] WHEN 'DELETE' THEN ARRAY[OLD.invoice_id]
                          ELSE ARRAY[OLD.invoice_id, NEW.invoice_id] END LOOP
    SELECT status INTO state FROM invoices_invoice WHERE id = parent FOR SHARE;
    IF state = 'ISSUED' THEN
      PERFORM invoices_fail(TG_NAME, 'invoice ' || parent || ' is issued');
    END IF;
  END LOOP;
  RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE OR REPLACE TRIGGER invoices_invoiceline_frozen BEFORE INSERT OR UPDATE OR DELETE ON invoices_invoiceline
  FOR EACH ROW EXECUTE FUNCTION invoices_part_frozen();
CREATE OR REPLACE TRIGGER invoices_invoicevat_frozen BEFORE INSERT OR UPDATE OR DELETE ON invoices_invoicevat
  FOR EACH ROW EXECUTE FUNCTION invoices_part_frozen();

-- --- Receipts, renditions, series -----------------------------------------------------------------------------------
CREATE OR REPLACE TRIGGER invoices_receipt_append_only BEFORE UPDATE OR DELETE ON invoices_receipt
  FOR EACH ROW EXECUTE FUNCTION invoices_refuse();
CREATE OR REPLACE TRIGGER invoices_rendition_append_only BEFORE UPDATE OR DELETE ON invoices_rendition
  FOR EACH ROW EXECUTE FUNCTION invoices_refuse();
CREATE OR REPLACE TRIGGER invoices_documentseries_stays BEFORE DELETE ON invoices_documentseries
  FOR EACH ROW EXECUTE FUNCTION invoices_refuse();
CREATE OR REPLACE TRIGGER invoices_documentseries_goes_up BEFORE UPDATE ON invoices_documentseries
  FOR EACH ROW WHEN (NEW.prefix <> OLD.prefix OR NEW.year <> OLD.year OR NEW.last < OLD.last OR NEW.last_date < OLD.last_date)
  EXECUTE FUNCTION invoices_refuse();
