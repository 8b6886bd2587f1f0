-- The lock of customers and the one call that posts. Replaced as a whole when they change.

-- Missing rows are made, then all are locked, lowest customer first: two writers never wait for each other crosswise.
-- NO KEY UPDATE leaves the foreign-key checks of others alone.
CREATE OR REPLACE FUNCTION ledger_lock(ids bigint[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  locked int;
BEGIN
  PERFORM 1 FROM ledger_customerbalance WHERE customer_id = ANY (ids) ORDER BY customer_id FOR NO KEY UPDATE;
  GET DIAGNOSTICS locked = ROW_COUNT;
  IF locked < cardinality(ids) THEN
    INSERT INTO ledger_customerbalance (customer_id, prepaid_cents, receivable_cents, incoming_cents, outgoing_cents, version)
    SELECT id, 0, 0, 0, 0, 0 FROM unnest(ids) id ORDER BY id
    ON CONFLICT DO NOTHING;
    PERFORM 1 FROM ledger_customerbalance WHERE customer_id = ANY (ids) ORDER BY customer_id FOR NO KEY UPDATE;
  END IF;
END $$;

-- Writes a bundle: see ledger/bundle.py for its shape. Negative ids name rows of the bundle itself. Answers
-- {"found": {key: [id, fingerprint]}} and writes nothing when a key is known; else {"tx": […], "lots": […], "items": […]}.
-- Generic plans and index lookups only: the statements are small and always the same.
CREATE OR REPLACE FUNCTION ledger_post(bundle jsonb) RETURNS jsonb LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
DECLARE
  customers bigint[] := ARRAY(SELECT c::bigint FROM jsonb_array_elements_text(bundle -> 'customers') c);
  at timestamptz := bundle ->> 'at';
  known jsonb;
  tx jsonb;
  moved jsonb;
  lot jsonb;
  id bigint;
  line bigint;
  balance bigint;
  net bigint;
  txs bigint[] := '{}';
  lots bigint[] := '{}';
  items bigint[] := '{}';
BEGIN
  IF cardinality(customers) > 1 THEN  -- the lock of a single one is its own UPDATE, below
    PERFORM ledger_lock(customers);
  END IF;
  SELECT jsonb_object_agg(t.key, jsonb_build_array(t.id, encode(t.fingerprint, 'hex'))) INTO known
    FROM ledger_tx t
   WHERE t.key = ANY (ARRAY(SELECT x ->> 'key' FROM jsonb_array_elements(bundle -> 'txs') x));
  IF known IS NOT NULL THEN
    RETURN jsonb_build_object('found', known);
  END IF;
  IF bundle ? 'released' THEN
    UPDATE ledger_hold SET released_at = at
     WHERE key = ANY (ARRAY(SELECT jsonb_array_elements_text(bundle -> 'released')));
  END IF;

  FOR tx IN SELECT jsonb_array_elements(bundle -> 'txs') LOOP
    id := nextval('ledger_tx_id_seq');
    txs := txs || id;
    INSERT INTO ledger_entry (tx_id, seq, account_id, amount_cents, customer_id)
    SELECT id, l.seq, l.leg ->> 0, (l.leg ->> 1)::bigint, (l.leg ->> 2)::bigint
      FROM jsonb_array_elements(tx -> 'legs') WITH ORDINALITY AS l (leg, seq);
    FOR moved IN SELECT jsonb_array_elements(tx -> 'moved') LOOP
      net := (moved ->> 1)::bigint + (moved ->> 2)::bigint;
      LOOP
        UPDATE ledger_customerbalance
           SET prepaid_cents = prepaid_cents + (moved ->> 1)::bigint,
               receivable_cents = receivable_cents + (moved ->> 2)::bigint, version = version + (net <> 0)::int
         WHERE customer_id = (moved ->> 0)::bigint
        RETURNING version, prepaid_cents + receivable_cents INTO line, balance;
        EXIT WHEN FOUND;
        PERFORM ledger_lock(customers);  -- makes the row
      END LOOP;
      IF net <> 0 THEN
        INSERT INTO ledger_statementrow
          (customer_id, version, tx_id, net_cents, balance_after_cents, date, year, kind, label, piece_ref)
        VALUES ((moved ->> 0)::bigint, line, id, net, balance, (tx ->> 'effective_on')::date,
                substr(tx ->> 'effective_on', 1, 4)::int, tx ->> 'kind', tx ->> 'label', tx ->> 'piece_ref');
      END IF;
    END LOOP;
  END LOOP;

  FOR lot IN SELECT jsonb_array_elements(bundle -> 'lots') LOOP
    INSERT INTO ledger_lot (customer_id, tx_id, origin, reference, refundable_to, received_on, amount_cents,
                            remaining_cents, moved_from_id)
    VALUES ((lot ->> 'customer')::bigint, txs[(lot ->> 'n')::int], lot ->> 'origin', lot ->> 'reference',
            lot ->> 'refundable_to', (lot ->> 'received_on')::date, (lot ->> 'cents')::bigint, (lot ->> 'cents')::bigint,
            (lot ->> 'moved_from')::bigint)
    RETURNING ledger_lot.id INTO id;
    lots := lots || id;
  END LOOP;

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
           at, x.expires_at
      FROM jsonb_to_recordset(bundle -> 'held')
           AS x (customer bigint, direction text, cents bigint, key text, reason text, lot bigint, expires_at timestamptz);
  END IF;

  INSERT INTO ledger_tx (id, journal, kind, label, piece_ref, piece_date, effective_on, recorded_at, customer_id, key, fingerprint,
                         reverses_id, actor)
  SELECT txs[x.n], x.journal, x.kind, x.label, x.piece_ref, x.piece_date, x.effective_on, at,
         x.customer, x.key, decode(x.fingerprint, 'hex'), x.reverses, x.actor
    FROM jsonb_to_recordset(bundle -> 'txs')
         AS x (n int, journal text, kind text, label text, piece_ref text, piece_date date, effective_on date,
               customer bigint, key text, fingerprint text, reverses bigint, actor text)
   ORDER BY x.n;

  RETURN jsonb_build_object('tx', to_jsonb(txs), 'lots', to_jsonb(lots), 'items', to_jsonb(items));
END $$;
