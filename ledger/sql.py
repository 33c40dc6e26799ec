"""The ledger's own law, kept by the database."""

BALANCED = """
-- One look per statement, however many postings; a lone posting added later fails too.
CREATE FUNCTION ledger_postings_balance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT 1 FROM new_rows n LEFT JOIN ledger_account a ON a.id = n.account_id
    GROUP BY n.transfer_id, a.currency HAVING sum(n.amount_minor) <> 0
  ) THEN
    RAISE EXCEPTION 'postings do not sum to zero' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER postings_balance AFTER INSERT ON ledger_posting
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION ledger_postings_balance();
"""

TWO_SIDED = """
-- Looked at when the transaction commits: a header alone says nothing.
CREATE FUNCTION ledger_transfer_is_two_sided() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT count(*) FROM ledger_posting WHERE transfer_id = NEW.id) < 2 THEN
    RAISE EXCEPTION 'transfer % has fewer than two postings', NEW.key
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER transfer_is_two_sided AFTER INSERT ON ledger_transfer
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_transfer_is_two_sided();
"""

BALANCES_FOLLOW = """
-- A balance moves only while ledger_post writes the posting that moves it.
CREATE FUNCTION ledger_balance_follows_postings() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.balance_minor, NEW.version) IS DISTINCT FROM (OLD.balance_minor, OLD.version)
     AND coalesce(current_setting('weidian.posting', true), '') <> 'on' THEN
    RAISE EXCEPTION 'a balance changes by posting only' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER balance_follows_postings BEFORE UPDATE ON ledger_account
  FOR EACH ROW EXECUTE FUNCTION ledger_balance_follows_postings();
"""

POST = """
-- Writes one transfer in one round trip. True if it is new, false if the key was posted
-- before with the same legs; WD001 if with others. Running accounts are locked in id
-- order, NO KEY, so that two posts wait for each other but never in a circle.
CREATE FUNCTION ledger_post(
  p_key text, p_hash text, p_memo text, p_at timestamptz, p_codes text[], p_currencies text[],
  p_running boolean[], p_floors bigint[], p_amounts bigint[]
) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  v_transfer bigint;
  v_hash text;
BEGIN
  INSERT INTO ledger_transfer (key, request_hash, memo, occurred_at)
  VALUES (p_key, p_hash, p_memo, p_at)
  ON CONFLICT (key) DO NOTHING RETURNING id INTO v_transfer;
  IF v_transfer IS NULL THEN
    SELECT request_hash INTO v_hash FROM ledger_transfer WHERE key = p_key;
    IF v_hash <> p_hash THEN
      RAISE EXCEPTION 'key % stands for another fact', p_key USING ERRCODE = 'WD001';
    END IF;
    RETURN false;
  END IF;

  INSERT INTO ledger_account (code, currency, running, floor_minor, balance_minor, version)
  SELECT leg.code, leg.currency, leg.running, leg.floor_minor, 0, 0
  FROM unnest(p_codes, p_currencies, p_running, p_floors)
       AS leg(code, currency, running, floor_minor)
  WHERE NOT EXISTS (SELECT 1 FROM ledger_account a WHERE a.code = leg.code)
  ORDER BY leg.code
  ON CONFLICT (code) DO NOTHING;

  PERFORM 1 FROM ledger_account WHERE code = ANY (p_codes) AND running
  ORDER BY id FOR NO KEY UPDATE;

  PERFORM set_config('weidian.posting', 'on', true);
  WITH legs AS (
    SELECT a.id, a.running, leg.amount_minor,
           a.balance_minor + leg.amount_minor AS balance_minor, a.version + 1 AS version
    FROM unnest(p_codes, p_currencies, p_amounts) AS leg(code, currency, amount_minor)
    JOIN ledger_account a ON a.code = leg.code AND a.currency = leg.currency
  ), moved AS (
    UPDATE ledger_account a SET balance_minor = legs.balance_minor, version = legs.version
    FROM legs WHERE a.id = legs.id AND legs.running
  )
  INSERT INTO ledger_posting
    (transfer_id, account_id, amount_minor, balance_after_minor, account_version)
  SELECT v_transfer, id, amount_minor, CASE WHEN running THEN balance_minor END,
         CASE WHEN running THEN version END
  FROM legs;
  PERFORM set_config('weidian.posting', 'off', true);
  RETURN true;
END $$;
"""

UNDO = """
DROP FUNCTION ledger_post(
  text, text, text, timestamptz, text[], text[], boolean[], bigint[], bigint[]
);
DROP TRIGGER balance_follows_postings ON ledger_account;
DROP FUNCTION ledger_balance_follows_postings();
DROP TRIGGER transfer_is_two_sided ON ledger_transfer;
DROP FUNCTION ledger_transfer_is_two_sided();
DROP TRIGGER postings_balance ON ledger_posting;
DROP FUNCTION ledger_postings_balance();
"""
