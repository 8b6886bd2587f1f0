-- The lock of customers and the one call that posts. Replaced as a whole when they change.

-- Missing rows are made, then all are locked, lowest customer first: two writers never wait for each other crosswise.
-- NO KEY UPDATE leaves the foreign-key checks of others alone.
CREATE OR REPLACE FUNCTION ledger_lock(ids bigint[]) RETURNS SETOF ledger_customerbalance LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT count(*) FROM ledger_customerbalance WHERE customer_id = ANY (ids)) < cardinality(ids) THEN
    INSERT INTO ledger_customerbalance (customer_id, prepaid_cents, receivable_cents, incoming_cents, outgoing_cents, version)
    SELECT id, 0, 0, 0, 0, 0 FROM unnest(ids) id ORDER BY id
    ON CONFLICT DO NOTHING;
  END IF;
  RETURN QUERY
    SELECT * FROM ledger_customerbalance WHERE customer_id = ANY (ids) ORDER BY customer_id FOR NO KEY UPDATE;
END $$;

-- Writes a bundle: see ledger/bundle.py for its shape. Negative ids name rows of the bundle itself.
-- Answers {"found": {key: [id, fingerprint]}} and writes nothing when a key is known; else {"tx": […], "lots": […], "items": […]}.
CREATE OR REPLACE FUNCTION ledger_post(bundle jsonb) RETURNS jsonb LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
  customers bigint[] := ARRAY(SELECT c::bigint FROM jsonb_array_elements_text(bundle -> 'customers') c);
  found jsonb;
  txs bigint[];
  lots bigint[];
  items bigint[];
BEGIN
  IF cardinality(customers) > 0 THEN
    PERFORM ledger_lock(customers);
  END IF;
  SELECT jsonb_object_agg(t.key, jsonb_build_array(t.id, encode(t.fingerprint, 'hex'))) INTO found
    FROM ledger_tx t
   WHERE t.key = ANY (ARRAY(SELECT x ->> 'key' FROM jsonb_array_elements(bundle -> 'txs') x));
  IF found IS NOT NULL THEN
    RETURN jsonb_build_object('found', found);
  END IF;

  txs := ARRAY(SELECT nextval('ledger_tx_id_seq') FROM jsonb_array_elements(bundle -> 'txs'));
  IF bundle ? 'released' THEN
    UPDATE ledger_hold SET released_at = (bundle ->> 'at')::timestamptz
     WHERE key = ANY (ARRAY(SELECT jsonb_array_elements_text(bundle -> 'released')));
  END IF;

  INSERT INTO ledger_entry (tx_id, seq, account_id, customer_id, amount_cents)
  SELECT txs[e.n], e.seq, e.account, e.customer, e.cents
    FROM jsonb_to_recordset(bundle -> 'entries') AS e (n int, seq smallint, account text, customer bigint, cents bigint);

  IF cardinality(customers) > 0 THEN
    INSERT INTO ledger_statementrow (customer_id, version, tx_id, net_cents, balance_after_cents, date, year, kind, label, piece_ref)
    SELECT b.customer_id, b.version + row_number() OVER running, m.tx_id, m.net,
           b.prepaid_cents + b.receivable_cents + sum(m.net) OVER running,
           t.effective_on, extract(year FROM t.effective_on), t.kind, t.label, t.piece_ref
      FROM (SELECT customer_id, tx_id, sum(amount_cents) AS net FROM ledger_entry
             WHERE tx_id = ANY (txs) AND account_id IN ('411000', '419100')
             GROUP BY customer_id, tx_id HAVING sum(amount_cents) <> 0) m
      JOIN ledger_customerbalance b ON b.customer_id = m.customer_id
      JOIN jsonb_to_recordset(bundle -> 'txs')
           AS t (n int, effective_on date, kind text, label text, piece_ref text) ON txs[t.n] = m.tx_id
    WINDOW running AS (PARTITION BY b.customer_id ORDER BY m.tx_id)
     ORDER BY m.tx_id;

    UPDATE ledger_customerbalance b
       SET prepaid_cents = b.prepaid_cents + m.prepaid, receivable_cents = b.receivable_cents + m.receivable,
           version = b.version + m.lines
      FROM (SELECT e.customer_id,
                   coalesce(sum(e.amount_cents) FILTER (WHERE e.account_id = '419100'), 0) AS prepaid,
                   coalesce(sum(e.amount_cents) FILTER (WHERE e.account_id = '411000'), 0) AS receivable,
                   (SELECT count(*) FROM ledger_statementrow s
                     WHERE s.customer_id = e.customer_id AND s.tx_id = ANY (txs)) AS lines
              FROM ledger_entry e
             WHERE e.tx_id = ANY (txs) AND e.account_id IN ('411000', '419100')
             GROUP BY e.customer_id) m
     WHERE b.customer_id = m.customer_id;
  END IF;

  IF bundle ? 'lots' THEN
    lots := ARRAY(SELECT nextval('ledger_lot_id_seq') FROM jsonb_array_elements(bundle -> 'lots'));
    INSERT INTO ledger_lot (id, customer_id, tx_id, origin, reference, refundable_to, received_on, amount_cents,
                            remaining_cents, moved_from_id)
    SELECT lots[x.ord], (x.l ->> 'customer')::bigint, txs[(x.l ->> 'n')::int], x.l ->> 'origin', x.l ->> 'reference',
           x.l ->> 'refundable_to', (x.l ->> 'received_on')::date, (x.l ->> 'cents')::bigint, (x.l ->> 'cents')::bigint,
           (x.l ->> 'moved_from')::bigint
      FROM jsonb_array_elements(bundle -> 'lots') WITH ORDINALITY AS x (l, ord);
  END IF;

  IF bundle ? 'items' THEN
    items := ARRAY(SELECT nextval('ledger_openitem_id_seq') FROM jsonb_array_elements(bundle -> 'items'));
    INSERT INTO ledger_openitem (id, customer_id, tx_id, document_ref, kind, issued_on, due_date, amount_cents, open_cents,
                                 paid_cents, credited_cents, written_off_cents, settles_by_itself, disputed)
    SELECT items[x.ord], (x.i ->> 'customer')::bigint, txs[(x.i ->> 'n')::int], x.i ->> 'document_ref', x.i ->> 'kind',
           (x.i ->> 'issued_on')::date, (x.i ->> 'due_date')::date, (x.i ->> 'cents')::bigint, (x.i ->> 'cents')::bigint,
           0, 0, 0, (x.i ->> 'settles_by_itself')::boolean, false
      FROM jsonb_array_elements(bundle -> 'items') WITH ORDINALITY AS x (i, ord);
  END IF;

  IF bundle ? 'shares' THEN
    INSERT INTO ledger_vatshare (item_id, seq, waiting_account_id, due_account_id, vat_cents, released_cents)
    SELECT items[-x.item], x.seq, x.waiting, x.due, 0, 0
      FROM jsonb_to_recordset(bundle -> 'shares') AS x (item int, seq smallint, waiting text, due text);
  END IF;

  -- What gives back comes first, so that no lot is asked for more than it has on the way.
  IF bundle ? 'allocations' THEN
    INSERT INTO ledger_allocation (tx_id, item_id, kind, lot_id, source_ref, amount_cents, reverses_id)
    SELECT txs[x.n], x.item, x.kind, x.lot, x.source_ref, x.cents, x.reverses
      FROM jsonb_to_recordset(bundle -> 'allocations')
           AS x (n int, item bigint, kind text, lot bigint, source_ref text, cents bigint, reverses bigint)
     WHERE x.cents < 0;
  END IF;
  IF bundle ? 'movements' THEN
    INSERT INTO ledger_lotmovement (tx_id, lot_id, kind, amount_cents)
    SELECT txs[x.n], x.lot, x.kind, x.cents
      FROM jsonb_to_recordset(bundle -> 'movements') AS x (n int, lot bigint, kind text, cents bigint);
  END IF;
  IF bundle ? 'allocations' THEN
    INSERT INTO ledger_allocation (tx_id, item_id, kind, lot_id, source_ref, amount_cents)
    SELECT txs[x.n], CASE WHEN x.item < 0 THEN items[-x.item] ELSE x.item END, x.kind,
           CASE WHEN x.lot < 0 THEN lots[-x.lot] ELSE x.lot END, x.source_ref, x.cents
      FROM jsonb_to_recordset(bundle -> 'allocations')
           AS x (n int, item bigint, kind text, lot bigint, source_ref text, cents bigint)
     WHERE x.cents > 0;
  END IF;
  IF bundle ? 'vat' THEN
    INSERT INTO ledger_vatmovement (tx_id, share_id, vat_cents, released_cents)
    SELECT txs[x.n], s.id, x.vat, x.released
      FROM jsonb_to_recordset(bundle -> 'vat') AS x (n int, item bigint, seq smallint, vat bigint, released bigint)
      JOIN ledger_vatshare s ON s.item_id = CASE WHEN x.item < 0 THEN items[-x.item] ELSE x.item END AND s.seq = x.seq;
  END IF;

  IF bundle ? 'held' THEN
    INSERT INTO ledger_hold (customer_id, direction, amount_cents, key, reason, lot_id, placed_at, expires_at)
    SELECT x.customer, x.direction, x.cents, x.key, x.reason, CASE WHEN x.lot < 0 THEN lots[-x.lot] ELSE x.lot END,
           (bundle ->> 'at')::timestamptz, x.expires_at
      FROM jsonb_to_recordset(bundle -> 'held')
           AS x (customer bigint, direction text, cents bigint, key text, reason text, lot bigint, expires_at timestamptz);
  END IF;

  INSERT INTO ledger_tx (id, journal, kind, label, piece_ref, piece_date, effective_on, recorded_at, customer_id, key, fingerprint,
                         reverses_id, actor)
  SELECT txs[x.n], x.journal, x.kind, x.label, x.piece_ref, x.piece_date, x.effective_on, (bundle ->> 'at')::timestamptz,
         x.customer, x.key, decode(x.fingerprint, 'hex'), x.reverses, x.actor
    FROM jsonb_to_recordset(bundle -> 'txs')
         AS x (n int, journal text, kind text, label text, piece_ref text, piece_date date, effective_on date,
               customer bigint, key text, fingerprint text, reverses bigint, actor text)
   ORDER BY x.n;

  RETURN jsonb_build_object('tx', to_jsonb(txs), 'lots', to_jsonb(lots), 'items', to_jsonb(items));
END $$;
