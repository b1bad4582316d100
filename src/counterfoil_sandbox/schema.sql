CREATE TABLE IF NOT EXISTS installation (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    offset_seconds bigint NOT NULL DEFAULT 0,
    fingerprint_key text NOT NULL
);
CREATE TABLE IF NOT EXISTS merchant (
    id text PRIMARY KEY,
    name text NOT NULL,
    secret_hash text NOT NULL UNIQUE,
    public_key text NOT NULL UNIQUE,
    webhook_url text NOT NULL,
    webhook_secret text NOT NULL,
    origins text[] NOT NULL,
    offset_seconds bigint NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS token (
    token text PRIMARY KEY,
    merchant_id text NOT NULL REFERENCES merchant ON DELETE CASCADE,
    kind text NOT NULL CHECK (kind IN ('card', 'bank', 'wallet')),
    brand text NOT NULL,
    last4 text NOT NULL CHECK (length(last4) <= 4),
    exp_month int,
    exp_year int,
    funding text NOT NULL,
    bank_name text NOT NULL,
    routing_last4 text NOT NULL CHECK (length(routing_last4) <= 4),
    account_kind text,
    holder_kind text,
    holder_name text NOT NULL,
    behavior text NOT NULL,
    checked text NOT NULL DEFAULT 'not_run',
    fingerprint text NOT NULL,
    created_at timestamptz NOT NULL,
    deleted_at timestamptz
);
-- A row with status 'fenced' is a tombstone: its key can never move money. One unique index decides every race
-- between two sendings of a key, and between a sending and a fence.
CREATE TABLE IF NOT EXISTS charge (
    id text PRIMARY KEY,
    merchant_id text NOT NULL REFERENCES merchant ON DELETE CASCADE,
    key text NOT NULL,
    key_live boolean NOT NULL DEFAULT true,
    body_hash text NOT NULL,
    status text NOT NULL CHECK (status IN
        ('pending', 'captured', 'declined', 'action_needed', 'returned', 'canceled', 'fenced')),
    amount_minor bigint NOT NULL,
    currency text NOT NULL,
    kind text NOT NULL,
    token text NOT NULL,
    brand text NOT NULL,
    last4 text NOT NULL,
    behavior text NOT NULL,
    reference text NOT NULL,
    description text NOT NULL,
    initiated_by text NOT NULL,
    return_url text NOT NULL,
    effective_on date,
    created_at timestamptz NOT NULL,
    captured_at timestamptz,
    sent_at timestamptz,
    funded_at timestamptz,
    expected_on date,
    returned_at timestamptz,
    return_code text,
    decline_code text,
    network_code text,
    advice_code text,
    action_url text,
    next_at timestamptz,
    next_step text
);
CREATE UNIQUE INDEX IF NOT EXISTS charge_key ON charge (merchant_id, key) WHERE key_live;
CREATE INDEX IF NOT EXISTS charge_by_key ON charge (merchant_id, key, created_at);
CREATE INDEX IF NOT EXISTS charge_next ON charge (merchant_id, next_at) WHERE next_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS charge_newest ON charge (created_at DESC);
-- Money on its way back. As with charges, 'fenced' is a tombstone and one unique index decides every race of a key;
-- how much may go back is decided under a lock on the charge's row. It stands before `movement`, as in the statements
-- that write both: the locks are taken in one order.
CREATE TABLE IF NOT EXISTS refund (
    id text PRIMARY KEY,
    merchant_id text NOT NULL REFERENCES merchant ON DELETE CASCADE,
    key text NOT NULL,
    key_live boolean NOT NULL DEFAULT true,
    body_hash text NOT NULL,
    status text NOT NULL CHECK (status IN ('pending', 'succeeded', 'failed', 'fenced')),
    charge_id text NOT NULL,
    amount_minor bigint NOT NULL,
    currency text NOT NULL,
    reference text NOT NULL,
    behavior text NOT NULL,
    failure_code text,
    expected_on date,
    created_at timestamptz NOT NULL,
    succeeded_at timestamptz,
    failed_at timestamptz,
    next_at timestamptz,
    next_step text
);
CREATE UNIQUE INDEX IF NOT EXISTS refund_key ON refund (merchant_id, key) WHERE key_live;
CREATE INDEX IF NOT EXISTS refund_by_key ON refund (merchant_id, key, created_at);
CREATE INDEX IF NOT EXISTS refund_charge ON refund (charge_id);
CREATE INDEX IF NOT EXISTS refund_next ON refund (merchant_id, next_at) WHERE next_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS refund_newest ON refund (created_at DESC);
CREATE TABLE IF NOT EXISTS movement (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    merchant_id text NOT NULL REFERENCES merchant ON DELETE CASCADE,
    at timestamptz NOT NULL,
    kind text NOT NULL CONSTRAINT movement_kinds
        CHECK (kind IN ('capture', 'bank_debit', 'return', 'fee', 'refund', 'refund_failed')),
    amount_minor bigint NOT NULL,
    currency text NOT NULL,
    charge_id text NOT NULL,
    key text NOT NULL,
    reference text NOT NULL,
    refund_id text NOT NULL DEFAULT ''
);
-- A store from before there were refunds: one movement of a kind for a charge, and fewer kinds.
ALTER TABLE movement ADD COLUMN IF NOT EXISTS refund_id text NOT NULL DEFAULT '';
DO $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM pg_constraint WHERE conrelid = 'movement'::regclass AND conname = 'movement_kinds'
    ) THEN
        ALTER TABLE movement
            DROP CONSTRAINT IF EXISTS movement_kind_check,
            DROP CONSTRAINT IF EXISTS movement_charge_id_kind_key,
            ADD CONSTRAINT movement_kinds
                CHECK (kind IN ('capture', 'bank_debit', 'return', 'fee', 'refund', 'refund_failed'));
    END IF;
END $$;
CREATE UNIQUE INDEX IF NOT EXISTS movement_once ON movement (charge_id, kind, refund_id);
CREATE INDEX IF NOT EXISTS movement_merchant ON movement (merchant_id, seq);
CREATE TABLE IF NOT EXISTS event (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    merchant_id text NOT NULL REFERENCES merchant ON DELETE CASCADE,
    event_id text NOT NULL,
    kind text NOT NULL,
    created_at timestamptz NOT NULL,
    body text NOT NULL,
    note text NOT NULL DEFAULT '',
    next_try_at timestamptz,
    first_try_at timestamptz,
    attempts int NOT NULL DEFAULT 0,
    delivered_at timestamptz,
    last_answer text NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS event_due ON event (merchant_id, next_try_at) WHERE next_try_at IS NOT NULL;
CREATE TABLE IF NOT EXISTS fault (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    merchant_id text NOT NULL REFERENCES merchant ON DELETE CASCADE,
    fault text NOT NULL,
    times_left int,
    probability double precision,
    seed text NOT NULL DEFAULT '',
    on_call text NOT NULL DEFAULT 'charge',
    seconds double precision NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS fault_merchant ON fault (merchant_id);
CREATE TABLE IF NOT EXISTS delayed (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    merchant_id text NOT NULL REFERENCES merchant ON DELETE CASCADE,
    key text NOT NULL,
    body jsonb NOT NULL,
    run_at timestamptz NOT NULL,
    what text NOT NULL DEFAULT 'charge'
);
-- A store from before there were refunds held back charges only.
ALTER TABLE delayed ADD COLUMN IF NOT EXISTS what text NOT NULL DEFAULT 'charge';
CREATE INDEX IF NOT EXISTS delayed_merchant ON delayed (merchant_id, run_at);
-- Two small amounts on their way to a bank account, which its owner types in.
CREATE TABLE IF NOT EXISTS small_amounts (
    token text PRIMARY KEY REFERENCES token ON DELETE CASCADE,
    merchant_id text NOT NULL REFERENCES merchant ON DELETE CASCADE,
    first_minor int NOT NULL CHECK (first_minor BETWEEN 1 AND 99),
    second_minor int NOT NULL CHECK (second_minor BETWEEN 1 AND 99),
    started_at timestamptz NOT NULL,
    arrive_at timestamptz NOT NULL,
    tries_left int NOT NULL DEFAULT 3 CHECK (tries_left >= 0)
);
CREATE INDEX IF NOT EXISTS small_amounts_merchant ON small_amounts (merchant_id, started_at DESC);
-- What a wallet's holder is asked to agree to, once for each key.
CREATE TABLE IF NOT EXISTS agreement (
    id text PRIMARY KEY,
    merchant_id text NOT NULL REFERENCES merchant ON DELETE CASCADE,
    key text NOT NULL,
    status text NOT NULL CHECK (status IN ('waiting', 'approved', 'canceled', 'withdrawn')),
    return_url text NOT NULL,
    locale text NOT NULL,
    token text REFERENCES token ON DELETE CASCADE,
    created_at timestamptz NOT NULL,
    decided_at timestamptz,
    UNIQUE (merchant_id, key)
);
