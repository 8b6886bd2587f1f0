-- What PostgreSQL refuses. Each trigger bears the name that its error shows; docs/ledger.md lists them with their tests.

CREATE FUNCTION ledger_fail(guard text, detail text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '%: %', guard, detail USING ERRCODE = '23514', CONSTRAINT = guard;
END $$;

CREATE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM ledger_fail(TG_NAME, TG_OP || ' on ' || TG_TABLE_NAME);
  RETURN NULL;
END $$;

-- --- Written before the header, never after, never changed ----------------------------------------------------------
CREATE FUNCTION ledger_refuse_late() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM ledger_tx WHERE id = NEW.tx_id) THEN
    PERFORM ledger_fail(TG_NAME, 'transaction ' || NEW.tx_id || ' is sealed');
  END IF;
  RETURN NEW;
END $$;

-- The transaction number of PostgreSQL itself: xid8 holds inside savepoints, where xmin would not.
ALTER TABLE ledger_tx ADD COLUMN xact xid8 NOT NULL DEFAULT pg_current_xact_id();

-- Replaces the foreign key of ledger_entry: the header must exist at commit, and come from the same transaction.
-- It runs at the commit, out of ledger_post and its settings: a plan made while the table was small must not stay.
CREATE FUNCTION ledger_entry_has_its_header() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM ledger_tx WHERE id = NEW.tx_id AND xact = pg_current_xact_id()) THEN
    PERFORM ledger_fail(TG_NAME, 'no header ' || NEW.tx_id || ' in this transaction');
  END IF;
  RETURN NULL;
END $$;
DO $$
DECLARE
  name text;
BEGIN
  SELECT conname INTO STRICT name FROM pg_constraint
   WHERE conrelid = 'ledger_entry'::regclass AND confrelid = 'ledger_tx'::regclass AND contype = 'f';
  EXECUTE format('ALTER TABLE ledger_entry DROP CONSTRAINT %I', name);
END $$;
CREATE CONSTRAINT TRIGGER ledger_entry_has_its_header AFTER INSERT ON ledger_entry
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_entry_has_its_header();

DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['tx', 'entry', 'statementrow', 'allocation', 'lotmovement', 'vatmovement', 'sealedevent',
                              'closedmonth'] LOOP
    EXECUTE format('CREATE TRIGGER ledger_%1$s_append_only BEFORE UPDATE OR DELETE ON ledger_%1$s
                    FOR EACH ROW EXECUTE FUNCTION ledger_refuse()', name);
  END LOOP;
  FOREACH name IN ARRAY ARRAY['account', 'customerbalance', 'lot', 'openitem', 'vatshare', 'hold'] LOOP
    EXECUTE format('CREATE TRIGGER ledger_%1$s_stays BEFORE DELETE ON ledger_%1$s
                    FOR EACH ROW EXECUTE FUNCTION ledger_refuse()', name);
  END LOOP;
  FOREACH name IN ARRAY ARRAY['tx', 'entry', 'statementrow', 'allocation', 'lotmovement', 'vatmovement', 'sealedevent',
                              'closedmonth', 'account', 'customerbalance', 'lot', 'openitem', 'vatshare', 'hold'] LOOP
    EXECUTE format('CREATE TRIGGER ledger_%1$s_no_truncate BEFORE TRUNCATE ON ledger_%1$s
                    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse()', name);
  END LOOP;
  FOREACH name IN ARRAY ARRAY['entry', 'statementrow', 'allocation', 'lotmovement', 'vatmovement', 'lot', 'openitem'] LOOP
    EXECUTE format('CREATE TRIGGER ledger_%1$s_sealed BEFORE INSERT ON ledger_%1$s
                    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_late()', name);
  END LOOP;
END $$;

-- --- The header: checked once for all the headers of a statement ----------------------------------------------------
CREATE FUNCTION ledger_tx_balanced() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  bad bigint;
BEGIN
  SELECT t.id INTO bad
    FROM fresh t
   CROSS JOIN LATERAL (
     SELECT count(*) AS legs, count(a.code) AS known, sum(e.amount_cents) AS total
       FROM ledger_entry e LEFT JOIN ledger_account a ON a.code = e.account_id
      WHERE e.tx_id = t.id) e
   WHERE e.legs < 2 OR e.total <> 0 OR e.known < e.legs
   LIMIT 1;
  IF FOUND THEN
    PERFORM ledger_fail(TG_NAME, 'transaction ' || bad || ' has fewer than two legs, does not sum to zero, '
                                 || 'or names an unknown account');
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER ledger_tx_balanced AFTER INSERT ON ledger_tx REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_tx_balanced();

CREATE FUNCTION ledger_tx_on_statement() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  bad bigint;
BEGIN
  SELECT t.id INTO bad
    FROM fresh t
   CROSS JOIN LATERAL (
     SELECT e.customer_id, sum(e.amount_cents) AS net
       FROM ledger_entry e
      WHERE e.tx_id = t.id AND e.account_id IN ('411000', '419100')
      GROUP BY e.customer_id HAVING sum(e.amount_cents) <> 0) m
    LEFT JOIN ledger_statementrow s ON s.tx_id = t.id AND s.customer_id = m.customer_id
   WHERE (s.date, s.kind, s.label, s.piece_ref) IS DISTINCT FROM (t.effective_on, t.kind, t.label, t.piece_ref)
   LIMIT 1;
  IF FOUND THEN
    PERFORM ledger_fail(TG_NAME, 'transaction ' || bad || ' is not on the statement of its customer as it is');
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER ledger_tx_on_statement AFTER INSERT ON ledger_tx REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_tx_on_statement();

CREATE FUNCTION ledger_tx_agrees() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  bad bigint;
BEGIN
  SELECT m.customer_id INTO bad
    FROM (SELECT DISTINCT e.customer_id
            FROM fresh t CROSS JOIN LATERAL (
              SELECT e.customer_id FROM ledger_entry e
               WHERE e.tx_id = t.id AND e.account_id IN ('411000', '419100')) e) m
    LEFT JOIN ledger_customerbalance b ON b.customer_id = m.customer_id
    LEFT JOIN ledger_statementrow s ON s.customer_id = b.customer_id AND s.version = b.version
   CROSS JOIN LATERAL (SELECT coalesce(sum(l.remaining_cents), 0) AS money FROM ledger_lot l
                        WHERE l.customer_id = m.customer_id AND l.remaining_cents > 0) l
   CROSS JOIN LATERAL (SELECT coalesce(sum(i.open_cents), 0) AS due FROM ledger_openitem i
                        WHERE i.customer_id = m.customer_id AND i.open_cents > 0) i
   WHERE (b.prepaid_cents, b.receivable_cents, b.prepaid_cents + b.receivable_cents)
         IS DISTINCT FROM (-l.money, i.due, coalesce(s.balance_after_cents, 0))
   LIMIT 1;
  IF FOUND THEN
    PERFORM ledger_fail(TG_NAME, 'customer ' || bad || ': balances, statement, lots and open items disagree');
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER ledger_tx_agrees AFTER INSERT ON ledger_tx REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_tx_agrees();

-- Closing a month takes the lock alone, posting takes it shared: no posting slips past a closing.
CREATE FUNCTION ledger_tx_month_open() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  bad bigint;
BEGIN
  PERFORM pg_advisory_xact_lock_shared(411419);
  SELECT t.id INTO bad FROM fresh t JOIN ledger_closedmonth c
      ON c.year = extract(year FROM t.effective_on) AND c.month = extract(month FROM t.effective_on)
   LIMIT 1;
  IF FOUND THEN
    PERFORM ledger_fail(TG_NAME, 'transaction ' || bad || ' takes effect in a closed month');
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER ledger_tx_month_open AFTER INSERT ON ledger_tx REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_tx_month_open();

CREATE FUNCTION ledger_closedmonth_waits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(411419);
  RETURN NULL;
END $$;
CREATE TRIGGER ledger_closedmonth_waits BEFORE INSERT ON ledger_closedmonth
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_closedmonth_waits();

-- --- Lines of the statement -----------------------------------------------------------------------------------------
CREATE FUNCTION ledger_statementrow_follows() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  moved bigint;
  before bigint;
BEGIN
  SELECT sum(amount_cents) INTO moved FROM ledger_entry
   WHERE tx_id = NEW.tx_id AND customer_id = NEW.customer_id AND account_id IN ('411000', '419100');
  IF NEW.version = 1 THEN
    before := 0;
  ELSE
    SELECT balance_after_cents INTO before FROM ledger_statementrow
     WHERE customer_id = NEW.customer_id AND version = NEW.version - 1;
  END IF;
  IF (NEW.net_cents, NEW.balance_after_cents) IS DISTINCT FROM (moved, before + moved) THEN
    PERFORM ledger_fail(TG_NAME, 'line ' || NEW.version || ' of customer ' || NEW.customer_id
                                 || ' does not follow from its entries and the line before');
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER ledger_statementrow_follows BEFORE INSERT ON ledger_statementrow
  FOR EACH ROW EXECUTE FUNCTION ledger_statementrow_follows();

CREATE FUNCTION ledger_customerbalance_starts_empty() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.prepaid_cents, NEW.receivable_cents, NEW.incoming_cents, NEW.outgoing_cents, NEW.version) <> (0, 0, 0, 0, 0) THEN
    PERFORM ledger_fail(TG_NAME, 'a new customer has nothing');
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER ledger_customerbalance_starts_empty BEFORE INSERT ON ledger_customerbalance
  FOR EACH ROW EXECUTE FUNCTION ledger_customerbalance_starts_empty();

-- --- Lots and open items: what is left is what their rows say -------------------------------------------------------
CREATE FUNCTION ledger_lot_starts_full() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.remaining_cents <> NEW.amount_cents OR NOT EXISTS (
       SELECT 1 FROM ledger_entry
        WHERE tx_id = NEW.tx_id AND customer_id = NEW.customer_id AND account_id = '419100' AND amount_cents < 0) THEN
    PERFORM ledger_fail(TG_NAME, 'a new lot has all its money, and a leg that brings it');
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER ledger_lot_starts_full BEFORE INSERT ON ledger_lot
  FOR EACH ROW EXECUTE FUNCTION ledger_lot_starts_full();

CREATE FUNCTION ledger_lot_counted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.remaining_cents <> NEW.amount_cents
       - (SELECT coalesce(sum(amount_cents), 0) FROM ledger_allocation WHERE lot_id = NEW.id)
       - (SELECT coalesce(sum(amount_cents), 0) FROM ledger_lotmovement WHERE lot_id = NEW.id)
     OR NEW.remaining_cents
       < (SELECT coalesce(sum(amount_cents), 0) FROM ledger_hold WHERE lot_id = NEW.id AND released_at IS NULL) THEN
    PERFORM ledger_fail(TG_NAME, 'lot ' || NEW.id || ': what remains is not what its rows leave, or is under hold');
  END IF;
  IF to_jsonb(NEW) - 'remaining_cents' <> to_jsonb(OLD) - 'remaining_cents' THEN
    PERFORM ledger_fail(TG_NAME, 'lot ' || NEW.id || ': only what remains may change');
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER ledger_lot_counted BEFORE UPDATE ON ledger_lot FOR EACH ROW EXECUTE FUNCTION ledger_lot_counted();

CREATE FUNCTION ledger_openitem_starts_whole() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.paid_cents, NEW.credited_cents, NEW.written_off_cents) <> (0, 0, 0) OR NOT EXISTS (
       SELECT 1 FROM ledger_entry
        WHERE tx_id = NEW.tx_id AND customer_id = NEW.customer_id AND account_id = '411000' AND amount_cents > 0) THEN
    PERFORM ledger_fail(TG_NAME, 'a new item is open in full, and has a leg that asks for it');
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER ledger_openitem_starts_whole BEFORE INSERT ON ledger_openitem
  FOR EACH ROW EXECUTE FUNCTION ledger_openitem_starts_whole();

CREATE FUNCTION ledger_openitem_counted() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  paid bigint;
  credited bigint;
  written_off bigint;
  free text[] := ARRAY['open_cents', 'paid_cents', 'credited_cents', 'written_off_cents', 'disputed', 'due_date',
                        'reminders_from'];
BEGIN
  SELECT coalesce(sum(amount_cents) FILTER (WHERE kind = 'MONEY'), 0),
         coalesce(sum(amount_cents) FILTER (WHERE kind = 'CREDIT_NOTE'), 0),
         coalesce(sum(amount_cents) FILTER (WHERE kind = 'WRITE_OFF'), 0)
    INTO paid, credited, written_off
    FROM ledger_allocation WHERE item_id = NEW.id;
  IF (NEW.paid_cents, NEW.credited_cents, NEW.written_off_cents) <> (paid, credited, written_off) THEN
    PERFORM ledger_fail(TG_NAME, NEW.document_ref || ': what was paid is not what its allocations say');
  END IF;
  IF to_jsonb(NEW) - free <> to_jsonb(OLD) - free THEN
    PERFORM ledger_fail(TG_NAME, NEW.document_ref || ': only its due date, dispute, reminders and what was paid may change');
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER ledger_openitem_counted BEFORE UPDATE ON ledger_openitem
  FOR EACH ROW EXECUTE FUNCTION ledger_openitem_counted();

CREATE FUNCTION ledger_allocation_fits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.lot_id IS NOT NULL AND NOT EXISTS (
       SELECT 1 FROM ledger_lot l JOIN ledger_openitem i ON i.customer_id = l.customer_id
        WHERE l.id = NEW.lot_id AND i.id = NEW.item_id) THEN
    PERFORM ledger_fail(TG_NAME, 'the money of one customer does not pay the item of another');
  END IF;
  IF NEW.reverses_id IS NOT NULL AND NOT EXISTS (
       SELECT 1 FROM ledger_allocation a
        WHERE a.id = NEW.reverses_id AND a.amount_cents > 0
          AND (a.item_id, a.kind, a.lot_id) IS NOT DISTINCT FROM (NEW.item_id, NEW.kind, NEW.lot_id)
          AND a.amount_cents + NEW.amount_cents + (
                SELECT coalesce(sum(u.amount_cents), 0) FROM ledger_allocation u WHERE u.reverses_id = a.id) >= 0) THEN
    PERFORM ledger_fail(TG_NAME, 'an undoing takes back at most what its original gave');
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER ledger_allocation_fits BEFORE INSERT ON ledger_allocation
  FOR EACH ROW EXECUTE FUNCTION ledger_allocation_fits();

-- Applied once a statement: a trigger a row would count rows that the lot has not been told of yet.
CREATE FUNCTION ledger_allocation_applied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE ledger_lot l SET remaining_cents = remaining_cents - f.cents
    FROM (SELECT lot_id, sum(amount_cents) AS cents FROM fresh WHERE lot_id IS NOT NULL GROUP BY lot_id) f
   WHERE l.id = f.lot_id;
  UPDATE ledger_openitem i
     SET open_cents = open_cents - f.paid - f.credited - f.written_off, paid_cents = paid_cents + f.paid,
         credited_cents = credited_cents + f.credited, written_off_cents = written_off_cents + f.written_off
    FROM (SELECT item_id, coalesce(sum(amount_cents) FILTER (WHERE kind = 'MONEY'), 0) AS paid,
                 coalesce(sum(amount_cents) FILTER (WHERE kind = 'CREDIT_NOTE'), 0) AS credited,
                 coalesce(sum(amount_cents) FILTER (WHERE kind = 'WRITE_OFF'), 0) AS written_off
            FROM fresh GROUP BY item_id) f
   WHERE i.id = f.item_id;
  RETURN NULL;
END $$;
CREATE TRIGGER ledger_allocation_applied AFTER INSERT ON ledger_allocation REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_allocation_applied();

CREATE FUNCTION ledger_lotmovement_applied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE ledger_lot l SET remaining_cents = remaining_cents - f.cents
    FROM (SELECT lot_id, sum(amount_cents) AS cents FROM fresh GROUP BY lot_id) f
   WHERE l.id = f.lot_id;
  RETURN NULL;
END $$;
CREATE TRIGGER ledger_lotmovement_applied AFTER INSERT ON ledger_lotmovement REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_lotmovement_applied();

-- --- VAT that falls due with the money ------------------------------------------------------------------------------
CREATE FUNCTION ledger_vatshare_starts_empty() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.vat_cents, NEW.released_cents) <> (0, 0) THEN
    PERFORM ledger_fail(TG_NAME, 'a new share has no VAT before its first movement');
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER ledger_vatshare_starts_empty BEFORE INSERT ON ledger_vatshare
  FOR EACH ROW EXECUTE FUNCTION ledger_vatshare_starts_empty();

CREATE FUNCTION ledger_vatshare_counted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM (SELECT coalesce(sum(vat_cents), 0) AS vat, coalesce(sum(released_cents), 0) AS released
                              FROM ledger_vatmovement WHERE share_id = NEW.id) m
              WHERE (NEW.vat_cents, NEW.released_cents) <> (m.vat, m.released)) THEN
    PERFORM ledger_fail(TG_NAME, 'share ' || NEW.id || ' is not what its movements say');
  END IF;
  IF (NEW.item_id, NEW.seq, NEW.waiting_account_id, NEW.due_account_id)
     <> (OLD.item_id, OLD.seq, OLD.waiting_account_id, OLD.due_account_id) THEN
    PERFORM ledger_fail(TG_NAME, 'share ' || NEW.id || ': only its amounts may change');
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER ledger_vatshare_counted BEFORE UPDATE ON ledger_vatshare
  FOR EACH ROW EXECUTE FUNCTION ledger_vatshare_counted();

CREATE FUNCTION ledger_vatmovement_applied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE ledger_vatshare s SET vat_cents = vat_cents + f.vat, released_cents = released_cents + f.released
    FROM (SELECT share_id, sum(vat_cents) AS vat, sum(released_cents) AS released FROM fresh GROUP BY share_id) f
   WHERE s.id = f.share_id;
  RETURN NULL;
END $$;
CREATE TRIGGER ledger_vatmovement_applied AFTER INSERT ON ledger_vatmovement REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_vatmovement_applied();

-- --- Holds ----------------------------------------------------------------------------------------------------------
CREATE FUNCTION ledger_hold_fits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.released_at IS NOT NULL
     OR NOT EXISTS (SELECT 1 FROM ledger_customerbalance WHERE customer_id = NEW.customer_id)
     OR NEW.lot_id IS NOT NULL AND NOT EXISTS (
       SELECT 1 FROM ledger_lot l
        WHERE l.id = NEW.lot_id AND l.customer_id = NEW.customer_id
          AND l.remaining_cents >= NEW.amount_cents + (
                SELECT coalesce(sum(h.amount_cents), 0) FROM ledger_hold h
                 WHERE h.lot_id = l.id AND h.released_at IS NULL)) THEN
    PERFORM ledger_fail(TG_NAME, 'a lot covers what is held on it, for its own customer');
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER ledger_hold_fits BEFORE INSERT ON ledger_hold FOR EACH ROW EXECUTE FUNCTION ledger_hold_fits();

CREATE FUNCTION ledger_hold_applied() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  sign int := CASE TG_OP WHEN 'INSERT' THEN 1 ELSE -1 END;
BEGIN
  UPDATE ledger_customerbalance b
     SET incoming_cents = incoming_cents + sign * f.incoming, outgoing_cents = outgoing_cents + sign * f.outgoing
    FROM (SELECT customer_id, coalesce(sum(amount_cents) FILTER (WHERE direction = 'IN'), 0) AS incoming,
                 coalesce(sum(amount_cents) FILTER (WHERE direction = 'OUT'), 0) AS outgoing
            FROM fresh GROUP BY customer_id) f
   WHERE b.customer_id = f.customer_id;
  RETURN NULL;
END $$;
CREATE TRIGGER ledger_hold_placed AFTER INSERT ON ledger_hold REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_hold_applied();
CREATE TRIGGER ledger_hold_released AFTER UPDATE ON ledger_hold REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_hold_applied();

CREATE FUNCTION ledger_hold_only_ends() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.released_at IS NOT NULL OR NEW.released_at IS NULL
     OR to_jsonb(NEW) - 'released_at' <> to_jsonb(OLD) - 'released_at' THEN
    PERFORM ledger_fail(TG_NAME, 'a hold may only be released, once');
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER ledger_hold_only_ends BEFORE UPDATE ON ledger_hold
  FOR EACH ROW EXECUTE FUNCTION ledger_hold_only_ends();
