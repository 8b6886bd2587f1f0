-- What SQLite refuses of the chain of proofs: the same promises as postgresql_proof_guards.sql, under the same names.

-- Append-only: link closing
CREATE TRIGGER ledger_{table}_append_only BEFORE UPDATE ON ledger_{table} BEGIN
  SELECT RAISE(ABORT, 'ledger_{table}_append_only');
END;
CREATE TRIGGER ledger_{table}_stays BEFORE DELETE ON ledger_{table} BEGIN
  SELECT RAISE(ABORT, 'ledger_{table}_stays');
END;

-- Once:
CREATE TRIGGER ledger_link_not_replaced BEFORE INSERT ON ledger_link BEGIN
  SELECT RAISE(ABORT, 'ledger_link_not_replaced')
   WHERE EXISTS (SELECT 1 FROM ledger_link WHERE tx_id = NEW.tx_id OR event_id = NEW.event_id);
END;
CREATE TRIGGER ledger_link_follows BEFORE INSERT ON ledger_link BEGIN
  SELECT RAISE(ABORT, 'ledger_link_follows')
   WHERE NEW.position <> (SELECT coalesce(max(position), 0) + 1 FROM ledger_link);
END;
CREATE TRIGGER ledger_closing_not_replaced BEFORE INSERT ON ledger_closing BEGIN
  SELECT RAISE(ABORT, 'ledger_closing_not_replaced') WHERE EXISTS (SELECT 1 FROM ledger_closing WHERE id = NEW.id);
END;
CREATE TRIGGER ledger_closing_follows BEFORE INSERT ON ledger_closing BEGIN
  SELECT RAISE(ABORT, 'ledger_closing_follows')
    FROM (SELECT (SELECT last_position FROM ledger_closing WHERE kind = NEW.kind ORDER BY starts_on DESC LIMIT 1) AS seen,
                 (SELECT max(ends_on) FROM ledger_closing WHERE kind = NEW.kind) AS closed) x
   WHERE NEW.first_position <> coalesce(x.seen, 0) + 1
      OR x.closed IS NOT NULL AND NEW.starts_on <> date(x.closed, '+1 day');
END;
