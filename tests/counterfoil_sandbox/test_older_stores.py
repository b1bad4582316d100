"""A store from before there were refunds is carried along, with what is in it."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from counterfoil_sandbox import store
from tests.factories import sandbox as sandboxes

# The three tables as they were made then.
OLDER = """
CREATE SCHEMA older;
SET search_path = older;
CREATE TABLE merchant (
    id text PRIMARY KEY,
    name text NOT NULL,
    secret_hash text NOT NULL UNIQUE,
    public_key text NOT NULL UNIQUE,
    webhook_url text NOT NULL,
    webhook_secret text NOT NULL,
    origins text[] NOT NULL,
    offset_seconds bigint NOT NULL DEFAULT 0
);
CREATE TABLE movement (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    merchant_id text NOT NULL REFERENCES merchant ON DELETE CASCADE,
    at timestamptz NOT NULL,
    kind text NOT NULL CHECK (kind IN ('capture', 'bank_debit', 'return', 'fee')),
    amount_minor bigint NOT NULL,
    currency text NOT NULL,
    charge_id text NOT NULL,
    key text NOT NULL,
    reference text NOT NULL,
    UNIQUE (charge_id, kind)
);
CREATE TABLE delayed (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    merchant_id text NOT NULL REFERENCES merchant ON DELETE CASCADE,
    key text NOT NULL,
    body jsonb NOT NULL,
    run_at timestamptz NOT NULL
);
INSERT INTO merchant VALUES ('mer_old', 'Old', 'x', 'pk_old', '', '', '{}');
INSERT INTO movement (merchant_id, at, kind, amount_minor, currency, charge_id, key, reference)
VALUES ('mer_old', '2026-11-01T12:00Z', 'capture', 500, 'USD', 'ch_old', 'k_old', 'pay_old');
INSERT INTO delayed (merchant_id, key, body, run_at) VALUES ('mer_old', 'k_held', '{}', '2026-11-01T12:00Z');
"""


@pytest.fixture
def older(sandbox_database_url: str) -> Iterator[store.Store]:
    with psycopg.connect(sandbox_database_url) as connection:
        connection.execute(OLDER)
    opened = store.Store(make_conninfo(sandbox_database_url, options="-c search_path=older"))
    yield opened
    opened.close()
    with psycopg.connect(sandbox_database_url) as connection:
        connection.execute("DROP SCHEMA older CASCADE")


def test_an_older_store_takes_refunds_and_keeps_its_books(older: store.Store) -> None:
    for _ in range(2):
        older.prepare()
    sandbox = sandboxes.practice(older)
    charge = sandbox.charge("c", sandbox.card("4000000000005126")).json()["id"]
    for number in range(2):
        assert sandbox.refund(f"r{number}", charge, amount_minor=100).status_code == 200
    sandbox.wait(days=7)
    assert sandbox.due()
    assert sandbox.movements() == [
        ("capture", 12_345),
        ("refund", -100),
        ("refund", -100),
        ("refund_failed", 100),
        ("refund_failed", 100),
    ]
    with older.session() as db:
        [kept] = db.execute("SELECT * FROM movement WHERE merchant_id = 'mer_old'").fetchall()
        [held] = db.execute("SELECT * FROM delayed WHERE merchant_id = 'mer_old'").fetchall()
    assert (kept["kind"], kept["amount_minor"], kept["refund_id"]) == ("capture", 500, "")
    assert (held["key"], held["what"]) == ("k_held", "charge")


def test_money_of_a_charge_still_moves_once(older: store.Store) -> None:
    older.prepare()
    again = (
        "INSERT INTO movement (merchant_id, at, kind, amount_minor, currency, charge_id, key, reference) "
        "SELECT merchant_id, at, kind, amount_minor, currency, charge_id, key, reference FROM movement"
    )
    with older.session() as db, pytest.raises(psycopg.errors.UniqueViolation):
        db.execute(again)
