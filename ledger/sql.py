"""The ledger's own law, kept by the database."""

WHOLE = """
-- Looked at once a statement, however many postings. All postings of a transfer come in one
-- statement, so that a lone posting added later fails, and so does a balanced pair.
CREATE FUNCTION ledger_postings_balance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT 1 FROM (
      SELECT n.transfer_id, sum(n.amount_minor) AS sum_minor, count(*) AS legs,
             bool_and(a.running = (n.account_version IS NOT NULL)) AS fits
      FROM new_rows n LEFT JOIN LATERAL (
        SELECT currency, running FROM ledger_account WHERE id = n.account_id OFFSET 0
      ) a ON true
      GROUP BY n.transfer_id, a.currency
    ) told
    GROUP BY told.transfer_id
    HAVING bool_or(told.sum_minor <> 0 OR told.fits IS NOT true)
        OR sum(told.legs)
           <> (SELECT count(*) FROM ledger_posting p WHERE p.transfer_id = told.transfer_id)
        OR (SELECT count(*) FROM ledger_transfer t WHERE t.id = told.transfer_id) = 0
  ) THEN
    RAISE EXCEPTION 'postings sum to zero and come with their transfer, all at once'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER postings_balance AFTER INSERT ON ledger_posting
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION ledger_postings_balance();

-- A header alone says nothing. One posting cannot sum to zero, so those it has are two or more.
CREATE FUNCTION ledger_transfer_is_two_sided() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT 1 FROM new_rows n
    WHERE (SELECT count(*) FROM ledger_posting p WHERE p.transfer_id = n.id) = 0
  ) THEN
    RAISE EXCEPTION 'a transfer comes with its postings, in one statement'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER transfer_is_two_sided AFTER INSERT ON ledger_transfer
  REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_transfer_is_two_sided();

-- What a session planned for one row it also runs for ten thousand, and the other way round.
-- Both look row by row, and so must find an index worth it even while the tables are small.
ALTER FUNCTION ledger_postings_balance() SET enable_seqscan = off;
ALTER FUNCTION ledger_transfer_is_two_sided() SET enable_seqscan = off;
"""

ACCOUNTS_STAY = """
-- Each post changes accounts in place: where a page has room left for the new row, no index
-- need hear of it. In full pages one change in fifty stayed in place, with room all did.
ALTER TABLE ledger_account SET (fillfactor = 70);

-- A balance moves only while ledger_post writes the posting that moves it; whose balance it
-- is, and in which currency, never changes, and no account goes away.
CREATE FUNCTION ledger_account_refuses() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER balance_follows_postings BEFORE UPDATE OF balance_minor, version ON ledger_account
  FOR EACH ROW WHEN (
    coalesce(current_setting('weidian.posting', true), '') <> 'on'
    AND (NEW.balance_minor, NEW.version) IS DISTINCT FROM (OLD.balance_minor, OLD.version)
  ) EXECUTE FUNCTION ledger_account_refuses('a balance changes by posting only');
CREATE TRIGGER account_begins_empty BEFORE INSERT ON ledger_account
  FOR EACH ROW WHEN (NEW.balance_minor <> 0 OR NEW.version <> 0)
  EXECUTE FUNCTION ledger_account_refuses('an account begins with nothing');
CREATE TRIGGER account_stays_itself
  BEFORE UPDATE OF id, code, currency, running ON ledger_account
  FOR EACH ROW WHEN (
    (NEW.id, NEW.code, NEW.currency, NEW.running)
    IS DISTINCT FROM (OLD.id, OLD.code, OLD.currency, OLD.running)
  ) EXECUTE FUNCTION ledger_account_refuses('an account stays what it is');
CREATE TRIGGER account_is_never_deleted BEFORE DELETE ON ledger_account
  FOR EACH ROW EXECUTE FUNCTION kit_append_only();
CREATE TRIGGER accounts_are_never_emptied BEFORE TRUNCATE ON ledger_account
  FOR EACH STATEMENT EXECUTE FUNCTION kit_append_only();
"""

OPEN = """
  INSERT INTO ledger_account (code, currency, running, floor_minor, balance_minor, version)
  SELECT side.code, side.currency, side.running, side.floor_minor, 0, 0
  FROM unnest(p_codes, p_currencies, p_running, p_floors)
       AS side (code, currency, running, floor_minor)
  WHERE NOT EXISTS (SELECT 1 FROM ledger_account a WHERE a.code = side.code)
  ORDER BY side.code
  ON CONFLICT (code) DO NOTHING;
"""

POST_ONE = """
-- Writes one transfer in one round trip and says ``fresh``; or writes nothing and says ``told``
-- (before), ``reused`` (the key stands for other legs) or ``overdrawn`` (below a floor).
--
-- Accounts are locked in id order, NO KEY, so that two posts wait for each other but never in
-- a circle. A fact with no running side locks its stripes. Who tells the same fact waits for
-- the same accounts and then finds its key.
CREATE FUNCTION ledger_post(
  p_key text, p_hash text, p_memo text, p_at timestamptz,
  p_codes text[], p_currencies text[], p_running boolean[], p_floors bigint[], p_locked text[],
  p_amounts bigint[], p_now timestamptz, p_nonce uuid
) RETURNS text LANGUAGE plpgsql
SET weidian.posting = 'on' SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  v_told text;
  v_known bigint;
  v_legs bigint;
BEGIN
  FOR v_round IN 1..2 LOOP
    -- Where every side runs, all of them are locked, and need not be counted once more.
    SELECT count(*) FILTER (WHERE dips),
           CASE WHEN cardinality(p_locked) = cardinality(p_codes) THEN count(*)
                ELSE (SELECT count(*) FROM ledger_account WHERE code = ANY (p_codes)) END
    INTO v_legs, v_known FROM (
      SELECT a.running AND a.floor_minor >
             a.balance_minor + p_amounts[array_position(p_codes, a.code::text)] AS dips
      FROM ledger_account a WHERE a.code = ANY (p_locked) ORDER BY a.id FOR NO KEY UPDATE
    ) locked;
    EXIT WHEN v_known = cardinality(p_codes);
    -- OPEN
  END LOOP;

  IF v_legs = 0 THEN
    -- A new statement, so that it sees what those before us left.
    WITH told AS (
      INSERT INTO ledger_transfer (key, request_hash, memo, occurred_at, posted_at, nonce)
      VALUES (p_key, p_hash, p_memo, p_at, p_now, p_nonce)
      ON CONFLICT (key) DO NOTHING RETURNING id
    ), leg AS MATERIALIZED (
      SELECT told.id AS transfer_id, a.id AS account_id, a.running, l.amount_minor,
             a.balance_minor + l.amount_minor AS balance_minor, a.version + 1 AS version
      FROM told, unnest(p_codes, p_currencies, p_amounts) AS l (code, currency, amount_minor)
      JOIN ledger_account a ON a.code = l.code AND a.currency = l.currency
    ), moved AS (
      UPDATE ledger_account a SET balance_minor = leg.balance_minor, version = leg.version
      FROM leg WHERE a.id = leg.account_id AND leg.running
    )
    INSERT INTO ledger_posting
      (transfer_id, account_id, amount_minor, balance_after_minor, account_version)
    SELECT transfer_id, account_id, amount_minor, CASE WHEN running THEN balance_minor END,
           CASE WHEN running THEN version END
    FROM leg ORDER BY account_id;
    GET DIAGNOSTICS v_legs = ROW_COUNT;
    IF v_legs = cardinality(p_codes) THEN
      RETURN 'fresh';
    ELSIF v_legs > 0 THEN
      RAISE EXCEPTION 'an account stands in another currency' USING ERRCODE = 'check_violation';
    END IF;
  END IF;

  -- It was told before, perhaps by whoever we waited for, who may have taken what is left.
  SELECT request_hash INTO v_told FROM ledger_transfer WHERE key = p_key;
  RETURN CASE WHEN v_told IS NULL THEN 'overdrawn' WHEN v_told = p_hash THEN 'told'
              ELSE 'reused' END;
END $$;
""".replace("-- OPEN", OPEN)

POST_MANY = """
-- Writes transfers in one round trip, all of them or none; see ledger_post. A batch is planned
-- anew each time, which costs nothing beside its work: a plan for one is hopeless for thousands.
-- An account's floor is looked at after every leg, in the order of the batch.
CREATE FUNCTION ledger_post_many(
  p_keys text[], p_hashes text[], p_memos text[], p_ats timestamptz[],
  p_codes text[], p_currencies text[], p_running boolean[], p_floors bigint[], p_locked text[],
  p_facts integer[], p_sides integer[], p_amounts bigint[], p_now timestamptz, p_nonces uuid[],
  OUT fresh boolean[], OUT reused text, OUT overdrawn text
) LANGUAGE plpgsql SET weidian.posting = 'on' SET plan_cache_mode = force_custom_plan AS $$
DECLARE
  v_known boolean;
BEGIN
  IF (SELECT count(*) FROM ledger_account WHERE code = ANY (p_codes)) < cardinality(p_codes) THEN
    -- OPEN
  END IF;

  PERFORM 1 FROM ledger_account WHERE code = ANY (p_locked) ORDER BY id FOR NO KEY UPDATE;

  -- A new statement, so that it sees what those before us left. Being one statement, it
  -- shows its triggers transfers and postings together.
  WITH side AS MATERIALIZED (
    SELECT s.n, a.id, a.running, a.floor_minor, a.balance_minor, a.version
    FROM unnest(p_codes, p_currencies) WITH ORDINALITY AS s (code, currency, n)
    JOIN ledger_account a ON a.code = s.code AND a.currency = s.currency
  ), fact AS MATERIALIZED (
    SELECT f.n, f.key, f.request_hash, f.memo, f.at, f.nonce, t.request_hash AS told,
           CASE WHEN t.id IS NULL THEN nextval('ledger_transfer_id_seq') END AS id
    FROM unnest(p_keys, p_hashes, p_memos, p_ats, p_nonces)
         WITH ORDINALITY AS f (key, request_hash, memo, at, nonce, n)
    LEFT JOIN ledger_transfer t ON t.key = f.key
    ORDER BY f.n
  ), leg AS MATERIALIZED (
    SELECT fact.n, fact.key, fact.id AS transfer_id, side.id AS account_id, side.floor_minor,
           l.amount_minor,
           CASE WHEN side.running THEN
             (side.balance_minor + sum(l.amount_minor) OVER chain)::bigint END AS balance_minor,
           CASE WHEN side.running THEN side.version + row_number() OVER chain END AS version,
           side.running AND lead(true) OVER chain IS NULL AS is_last
    FROM unnest(p_facts, p_sides, p_amounts) AS l (fact, side, amount_minor)
    JOIN fact ON fact.n = l.fact AND fact.told IS NULL
    JOIN side ON side.n = l.side
    WINDOW chain AS (PARTITION BY side.id ORDER BY fact.n ROWS UNBOUNDED PRECEDING)
  ), verdict AS MATERIALIZED (
    SELECT (SELECT count(*) FROM side) = cardinality(p_codes) AS known,
           (SELECT key FROM fact WHERE told <> request_hash ORDER BY n LIMIT 1) AS reused,
           (SELECT key FROM leg WHERE balance_minor < floor_minor ORDER BY n LIMIT 1) AS overdrawn
  ), fine AS MATERIALIZED (
    SELECT 1 FROM verdict v WHERE v.known AND v.reused IS NULL AND v.overdrawn IS NULL
  ), told AS (
    INSERT INTO ledger_transfer (id, key, request_hash, memo, occurred_at, posted_at, nonce)
    SELECT fact.id, fact.key, fact.request_hash, fact.memo, fact.at, p_now, fact.nonce
    FROM fine, fact WHERE fact.told IS NULL ORDER BY fact.key
  ), moved AS (
    UPDATE ledger_account a SET balance_minor = leg.balance_minor, version = leg.version
    FROM fine, leg WHERE a.id = leg.account_id AND leg.is_last
  ), posted AS (
    INSERT INTO ledger_posting
      (transfer_id, account_id, amount_minor, balance_after_minor, account_version)
    SELECT leg.transfer_id, leg.account_id, leg.amount_minor, leg.balance_minor, leg.version
    FROM fine, leg ORDER BY leg.n, leg.account_id
  )
  SELECT v.known, v.reused, v.overdrawn,
         (SELECT array_agg(fact.told IS NULL ORDER BY fact.n) FROM fact)
  INTO v_known, reused, overdrawn, fresh FROM verdict v;

  IF NOT v_known THEN
    RAISE EXCEPTION 'an account stands in another currency' USING ERRCODE = 'check_violation';
  END IF;
END $$;
""".replace("-- OPEN", OPEN)

DIGESTS = """
-- The digest of each transfer from one id to another: sha256 over its nonce and everything
-- that is written of it, its postings by account. Whoever is given these lines can work it out.
CREATE FUNCTION ledger_digests(p_first bigint, p_last bigint)
RETURNS TABLE (id bigint, digest text) LANGUAGE sql STABLE AS $$
  SELECT t.id, encode(sha256(convert_to(concat_ws(E'\n',
    t.nonce, to_json(t.key), to_json(t.memo), t.request_hash,
    to_char(t.occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    to_char(t.posted_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    (SELECT string_agg(concat_ws(' ', a.code, a.currency, p.amount_minor,
                                 p.account_version, p.balance_after_minor), E'\n' ORDER BY a.code)
     FROM ledger_posting p LEFT JOIN ledger_account a ON a.id = p.account_id
     WHERE p.transfer_id = t.id)
  ), 'UTF8')), 'hex')
  FROM ledger_transfer t WHERE t.id BETWEEN p_first AND p_last
$$;
"""

LAW = WHOLE + ACCOUNTS_STAY + POST_ONE + POST_MANY + DIGESTS

UNDO = """
DROP FUNCTION ledger_digests;
DROP FUNCTION ledger_post_many;
DROP FUNCTION ledger_post;
DROP TRIGGER accounts_are_never_emptied ON ledger_account;
DROP TRIGGER account_is_never_deleted ON ledger_account;
DROP TRIGGER account_stays_itself ON ledger_account;
DROP TRIGGER account_begins_empty ON ledger_account;
DROP TRIGGER balance_follows_postings ON ledger_account;
DROP FUNCTION ledger_account_refuses();
ALTER TABLE ledger_account RESET (fillfactor);
DROP TRIGGER transfer_is_two_sided ON ledger_transfer;
DROP FUNCTION ledger_transfer_is_two_sided();
DROP TRIGGER postings_balance ON ledger_posting;
DROP FUNCTION ledger_postings_balance();
"""
