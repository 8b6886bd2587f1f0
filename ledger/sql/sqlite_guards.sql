-- What SQLite refuses: the same promises as postgresql_guards.sql, under the same names.
-- Lines with {table} are repeated for each table named above them.

-- Append-only: entry tx statementrow allocation lotmovement vatmovement sealedevent closedmonth
CREATE TRIGGER ledger_{table}_append_only BEFORE UPDATE ON ledger_{table} BEGIN
  SELECT RAISE(ABORT, 'ledger_{table}_append_only');
END;
CREATE TRIGGER ledger_{table}_stays BEFORE DELETE ON ledger_{table} BEGIN
  SELECT RAISE(ABORT, 'ledger_{table}_stays');
END;

-- Never deleted: account customerbalance lot openitem vatshare hold
CREATE TRIGGER ledger_{table}_stays BEFORE DELETE ON ledger_{table} BEGIN
  SELECT RAISE(ABORT, 'ledger_{table}_stays');
END;

-- Written before the header: entry statementrow allocation lotmovement vatmovement lot openitem
CREATE TRIGGER ledger_{table}_sealed BEFORE INSERT ON ledger_{table} BEGIN
  SELECT RAISE(ABORT, 'ledger_{table}_sealed') WHERE EXISTS (SELECT 1 FROM ledger_tx WHERE id = NEW.tx_id);
END;

-- Once:
-- INSERT OR REPLACE deletes without asking the triggers above, unless the connection says recursive_triggers.
CREATE TRIGGER ledger_tx_not_replaced BEFORE INSERT ON ledger_tx BEGIN
  SELECT RAISE(ABORT, 'ledger_tx_not_replaced')
   WHERE EXISTS (SELECT 1 FROM ledger_tx WHERE id = NEW.id OR key = NEW.key OR reverses_id = NEW.reverses_id);
END;
CREATE TRIGGER ledger_statementrow_not_replaced BEFORE INSERT ON ledger_statementrow BEGIN
  SELECT RAISE(ABORT, 'ledger_statementrow_not_replaced')
   WHERE EXISTS (SELECT 1 FROM ledger_statementrow WHERE customer_id = NEW.customer_id AND version = NEW.version)
      OR EXISTS (SELECT 1 FROM ledger_statementrow WHERE customer_id = NEW.customer_id AND tx_id = NEW.tx_id);
END;
CREATE TRIGGER ledger_openitem_not_replaced BEFORE INSERT ON ledger_openitem BEGIN
  SELECT RAISE(ABORT, 'ledger_openitem_not_replaced')
   WHERE EXISTS (SELECT 1 FROM ledger_openitem WHERE id = NEW.id OR document_ref = NEW.document_ref);
END;
CREATE TRIGGER ledger_hold_not_replaced BEFORE INSERT ON ledger_hold BEGIN
  SELECT RAISE(ABORT, 'ledger_hold_not_replaced') WHERE EXISTS (SELECT 1 FROM ledger_hold WHERE id = NEW.id OR key = NEW.key);
END;
CREATE TRIGGER ledger_vatshare_not_replaced BEFORE INSERT ON ledger_vatshare BEGIN
  SELECT RAISE(ABORT, 'ledger_vatshare_not_replaced')
   WHERE EXISTS (SELECT 1 FROM ledger_vatshare WHERE id = NEW.id OR item_id = NEW.item_id AND seq = NEW.seq);
END;
CREATE TRIGGER ledger_closedmonth_not_replaced BEFORE INSERT ON ledger_closedmonth BEGIN
  SELECT RAISE(ABORT, 'ledger_closedmonth_not_replaced')
   WHERE EXISTS (SELECT 1 FROM ledger_closedmonth WHERE id = NEW.id OR year = NEW.year AND month = NEW.month);
END;
CREATE TRIGGER ledger_customerbalance_not_replaced BEFORE INSERT ON ledger_customerbalance BEGIN
  SELECT RAISE(ABORT, 'ledger_customerbalance_not_replaced')
   WHERE EXISTS (SELECT 1 FROM ledger_customerbalance WHERE customer_id = NEW.customer_id);
END;
CREATE TRIGGER ledger_account_not_replaced BEFORE INSERT ON ledger_account BEGIN
  SELECT RAISE(ABORT, 'ledger_account_not_replaced') WHERE EXISTS (SELECT 1 FROM ledger_account WHERE code = NEW.code);
END;

-- Not replaced: allocation lotmovement vatmovement lot sealedevent
CREATE TRIGGER ledger_{table}_not_replaced BEFORE INSERT ON ledger_{table} BEGIN
  SELECT RAISE(ABORT, 'ledger_{table}_not_replaced') WHERE EXISTS (SELECT 1 FROM ledger_{table} WHERE id = NEW.id);
END;

-- Once:
-- --- The header ------------------------------------------------------------------------------------------------------
CREATE TRIGGER ledger_tx_balanced BEFORE INSERT ON ledger_tx BEGIN
  SELECT RAISE(ABORT, 'ledger_tx_balanced')
    FROM (SELECT count(*) AS legs, count(a.code) AS known, sum(e.amount_cents) AS total
            FROM ledger_entry e LEFT JOIN ledger_account a ON a.code = e.account_id WHERE e.tx_id = NEW.id) e
   WHERE e.legs < 2 OR e.total <> 0 OR e.known < e.legs;
END;
CREATE TRIGGER ledger_tx_on_statement BEFORE INSERT ON ledger_tx BEGIN
  SELECT RAISE(ABORT, 'ledger_tx_on_statement')
    FROM (SELECT customer_id FROM ledger_entry WHERE tx_id = NEW.id AND account_id IN ('411000', '419100')
           GROUP BY customer_id HAVING sum(amount_cents) <> 0) m
   WHERE NOT EXISTS (
           SELECT 1 FROM ledger_statementrow s
            WHERE s.tx_id = NEW.id AND s.customer_id = m.customer_id AND s.date = NEW.effective_on AND s.kind = NEW.kind
              AND s.label = NEW.label AND s.piece_ref = NEW.piece_ref);
END;
CREATE TRIGGER ledger_tx_agrees BEFORE INSERT ON ledger_tx BEGIN
  SELECT RAISE(ABORT, 'ledger_tx_agrees')
    FROM (SELECT DISTINCT customer_id FROM ledger_entry
           WHERE tx_id = NEW.id AND account_id IN ('411000', '419100')) m
    LEFT JOIN ledger_customerbalance b ON b.customer_id = m.customer_id
    LEFT JOIN ledger_statementrow s ON s.customer_id = b.customer_id AND s.version = b.version
   WHERE b.prepaid_cents IS NOT -(SELECT coalesce(sum(remaining_cents), 0) FROM ledger_lot
                                   WHERE customer_id = m.customer_id AND remaining_cents > 0)
      OR b.receivable_cents IS NOT (SELECT coalesce(sum(open_cents), 0) FROM ledger_openitem
                                     WHERE customer_id = m.customer_id AND open_cents > 0)
      OR b.prepaid_cents + b.receivable_cents IS NOT coalesce(s.balance_after_cents, 0);
END;
CREATE TRIGGER ledger_tx_month_open BEFORE INSERT ON ledger_tx BEGIN
  SELECT RAISE(ABORT, 'ledger_tx_month_open')
   WHERE EXISTS (SELECT 1 FROM ledger_closedmonth
                  WHERE year = CAST(substr(NEW.effective_on, 1, 4) AS INTEGER)
                    AND month = CAST(substr(NEW.effective_on, 6, 2) AS INTEGER));
END;

-- --- Lines of the statement ------------------------------------------------------------------------------------------
CREATE TRIGGER ledger_statementrow_follows BEFORE INSERT ON ledger_statementrow BEGIN
  SELECT RAISE(ABORT, 'ledger_statementrow_follows')
    FROM (SELECT (SELECT sum(amount_cents) FROM ledger_entry
                   WHERE tx_id = NEW.tx_id AND customer_id = NEW.customer_id AND account_id IN ('411000', '419100')) AS net,
                 CASE NEW.version WHEN 1 THEN 0 ELSE
                   (SELECT balance_after_cents FROM ledger_statementrow
                     WHERE customer_id = NEW.customer_id AND version = NEW.version - 1) END AS before) x
   WHERE NEW.net_cents IS NOT x.net OR NEW.balance_after_cents IS NOT x.before + x.net;
END;
CREATE TRIGGER ledger_customerbalance_starts_empty BEFORE INSERT ON ledger_customerbalance BEGIN
  SELECT RAISE(ABORT, 'ledger_customerbalance_starts_empty')
   WHERE (NEW.prepaid_cents, NEW.receivable_cents, NEW.incoming_cents, NEW.outgoing_cents, NEW.version) <> (0, 0, 0, 0, 0);
END;

-- --- Lots and open items: what is left is what their rows say ---------------------------------------------------------
CREATE TRIGGER ledger_lot_starts_full BEFORE INSERT ON ledger_lot BEGIN
  SELECT RAISE(ABORT, 'ledger_lot_starts_full')
   WHERE NEW.remaining_cents <> NEW.amount_cents OR NOT EXISTS (
           SELECT 1 FROM ledger_entry
            WHERE tx_id = NEW.tx_id AND customer_id = NEW.customer_id AND account_id = '419100' AND amount_cents < 0);
END;
CREATE TRIGGER ledger_lot_counted BEFORE UPDATE ON ledger_lot BEGIN
  SELECT RAISE(ABORT, 'ledger_lot_counted')
   WHERE NEW.remaining_cents <> NEW.amount_cents
           - (SELECT coalesce(sum(amount_cents), 0) FROM ledger_allocation WHERE lot_id = NEW.id)
           - (SELECT coalesce(sum(amount_cents), 0) FROM ledger_lotmovement WHERE lot_id = NEW.id)
      OR NEW.remaining_cents
           < (SELECT coalesce(sum(amount_cents), 0) FROM ledger_hold WHERE lot_id = NEW.id AND released_at IS NULL)
      OR (NEW.id, NEW.customer_id, NEW.tx_id, NEW.origin, NEW.reference, NEW.refundable_to, NEW.received_on,
          NEW.amount_cents, NEW.moved_from_id)
         IS NOT (OLD.id, OLD.customer_id, OLD.tx_id, OLD.origin, OLD.reference, OLD.refundable_to, OLD.received_on,
                 OLD.amount_cents, OLD.moved_from_id);
END;
CREATE TRIGGER ledger_openitem_starts_whole BEFORE INSERT ON ledger_openitem BEGIN
  SELECT RAISE(ABORT, 'ledger_openitem_starts_whole')
   WHERE (NEW.paid_cents, NEW.credited_cents, NEW.written_off_cents) <> (0, 0, 0) OR NOT EXISTS (
           SELECT 1 FROM ledger_entry
            WHERE tx_id = NEW.tx_id AND customer_id = NEW.customer_id AND account_id = '411000' AND amount_cents > 0);
END;
CREATE TRIGGER ledger_openitem_counted BEFORE UPDATE ON ledger_openitem BEGIN
  SELECT RAISE(ABORT, 'ledger_openitem_counted')
    FROM (SELECT coalesce(sum(amount_cents) FILTER (WHERE kind = 'MONEY'), 0) AS paid,
                 coalesce(sum(amount_cents) FILTER (WHERE kind = 'CREDIT_NOTE'), 0) AS credited,
                 coalesce(sum(amount_cents) FILTER (WHERE kind = 'WRITE_OFF'), 0) AS written_off
            FROM ledger_allocation WHERE item_id = NEW.id) a
   WHERE (NEW.paid_cents, NEW.credited_cents, NEW.written_off_cents) <> (a.paid, a.credited, a.written_off)
      OR (NEW.id, NEW.customer_id, NEW.tx_id, NEW.document_ref, NEW.kind, NEW.issued_on, NEW.amount_cents, NEW.settles_by_itself)
         IS NOT (OLD.id, OLD.customer_id, OLD.tx_id, OLD.document_ref, OLD.kind, OLD.issued_on, OLD.amount_cents,
                 OLD.settles_by_itself);
END;
CREATE TRIGGER ledger_allocation_fits BEFORE INSERT ON ledger_allocation BEGIN
  SELECT RAISE(ABORT, 'ledger_allocation_fits')
   WHERE NEW.lot_id IS NOT NULL AND NOT EXISTS (
           SELECT 1 FROM ledger_lot l JOIN ledger_openitem i ON i.customer_id = l.customer_id
            WHERE l.id = NEW.lot_id AND i.id = NEW.item_id)
      OR NEW.reverses_id IS NOT NULL AND NOT EXISTS (
           SELECT 1 FROM ledger_allocation a
            WHERE a.id = NEW.reverses_id AND a.amount_cents > 0
              AND (a.item_id, a.kind, a.lot_id) IS (NEW.item_id, NEW.kind, NEW.lot_id)
              AND a.amount_cents + NEW.amount_cents + (
                    SELECT coalesce(sum(u.amount_cents), 0) FROM ledger_allocation u WHERE u.reverses_id = a.id) >= 0);
END;
CREATE TRIGGER ledger_allocation_applied AFTER INSERT ON ledger_allocation BEGIN
  UPDATE ledger_lot SET remaining_cents = remaining_cents - NEW.amount_cents WHERE id = NEW.lot_id;
  UPDATE ledger_openitem
     SET open_cents = open_cents - NEW.amount_cents,
         paid_cents = paid_cents + CASE WHEN NEW.kind = 'MONEY' THEN NEW.amount_cents ELSE 0 END,
         credited_cents = credited_cents + CASE WHEN NEW.kind = 'CREDIT_NOTE' THEN NEW.amount_cents ELSE 0 END,
         written_off_cents = written_off_cents + CASE WHEN NEW.kind = 'WRITE_OFF' THEN NEW.amount_cents ELSE 0 END
   WHERE id = NEW.item_id;
END;
CREATE TRIGGER ledger_lotmovement_applied AFTER INSERT ON ledger_lotmovement BEGIN
  UPDATE ledger_lot SET remaining_cents = remaining_cents - NEW.amount_cents WHERE id = NEW.lot_id;
END;

-- --- VAT that falls due with the money --------------------------------------------------------------------------------
CREATE TRIGGER ledger_vatshare_starts_empty BEFORE INSERT ON ledger_vatshare BEGIN
  SELECT RAISE(ABORT, 'ledger_vatshare_starts_empty') WHERE (NEW.vat_cents, NEW.released_cents) <> (0, 0);
END;
CREATE TRIGGER ledger_vatshare_counted BEFORE UPDATE ON ledger_vatshare BEGIN
  SELECT RAISE(ABORT, 'ledger_vatshare_counted')
    FROM (SELECT coalesce(sum(vat_cents), 0) AS vat, coalesce(sum(released_cents), 0) AS released
            FROM ledger_vatmovement WHERE share_id = NEW.id) m
   WHERE (NEW.vat_cents, NEW.released_cents) <> (m.vat, m.released)
      OR (NEW.item_id, NEW.seq, NEW.waiting_account_id, NEW.due_account_id)
         <> (OLD.item_id, OLD.seq, OLD.waiting_account_id, OLD.due_account_id);
END;
CREATE TRIGGER ledger_vatmovement_applied AFTER INSERT ON ledger_vatmovement BEGIN
  UPDATE ledger_vatshare
     SET vat_cents = vat_cents + NEW.vat_cents, released_cents = released_cents + NEW.released_cents
   WHERE id = NEW.share_id;
END;

-- --- Holds ------------------------------------------------------------------------------------------------------------
CREATE TRIGGER ledger_hold_fits BEFORE INSERT ON ledger_hold BEGIN
  SELECT RAISE(ABORT, 'ledger_hold_fits')
   WHERE NEW.released_at IS NOT NULL
      OR NOT EXISTS (SELECT 1 FROM ledger_customerbalance WHERE customer_id = NEW.customer_id)
      OR NEW.lot_id IS NOT NULL AND NOT EXISTS (
           SELECT 1 FROM ledger_lot l
            WHERE l.id = NEW.lot_id AND l.customer_id = NEW.customer_id
              AND l.remaining_cents >= NEW.amount_cents + (
                    SELECT coalesce(sum(h.amount_cents), 0) FROM ledger_hold h
                     WHERE h.lot_id = l.id AND h.released_at IS NULL));
END;
CREATE TRIGGER ledger_hold_placed AFTER INSERT ON ledger_hold BEGIN
  UPDATE ledger_customerbalance
     SET incoming_cents = incoming_cents + CASE WHEN NEW.direction = 'IN' THEN NEW.amount_cents ELSE 0 END,
         outgoing_cents = outgoing_cents + CASE WHEN NEW.direction = 'OUT' THEN NEW.amount_cents ELSE 0 END
   WHERE customer_id = NEW.customer_id;
END;
CREATE TRIGGER ledger_hold_released AFTER UPDATE ON ledger_hold BEGIN
  UPDATE ledger_customerbalance
     SET incoming_cents = incoming_cents - CASE WHEN NEW.direction = 'IN' THEN NEW.amount_cents ELSE 0 END,
         outgoing_cents = outgoing_cents - CASE WHEN NEW.direction = 'OUT' THEN NEW.amount_cents ELSE 0 END
   WHERE customer_id = NEW.customer_id;
END;
CREATE TRIGGER ledger_hold_only_ends BEFORE UPDATE ON ledger_hold BEGIN
  SELECT RAISE(ABORT, 'ledger_hold_only_ends')
   WHERE OLD.released_at IS NOT NULL OR NEW.released_at IS NULL
      OR (NEW.id, NEW.customer_id, NEW.direction, NEW.amount_cents, NEW.key, NEW.reason, NEW.lot_id, NEW.placed_at, NEW.expires_at)
         IS NOT (OLD.id, OLD.customer_id, OLD.direction, OLD.amount_cents, OLD.key, OLD.reason, OLD.lot_id, OLD.placed_at,
                 OLD.expires_at);
END;
