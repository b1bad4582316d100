"""PostgreSQL itself keeps the books: what the application's own role cannot do, however it tries."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from counterfoil.core import db
from counterfoil.ledger import chart, operations, postings
from counterfoil.ledger.postings import EntryDraft, LineDraft, Source

NOW = datetime(2026, 11, 23, 15, tzinfo=UTC)
DAY = date(2026, 11, 23)
APPEND_ONLY = ("ledger_entry", "ledger_line", "audit_event", "audit_seal", "payment_event")


def sql(statement: str, *values: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall()) if cursor.description else []


def post(*lines: LineDraft, ref: str = "pay_1", currency: str = "USD") -> None:
    entry = EntryDraft(1, "payment.settled", ref, currency, DAY, DAY, lines)
    with db.transaction():
        operations.post(entries=[entry], now=NOW)


def new_entry(*, biller_id: int = 1, ref: str = "pay_9") -> int:
    return int(
        sql(
            "INSERT INTO ledger_entry (biller_id, kind, source_ref, posted_at, posted_on, effective_on)"
            " VALUES (%s, 'payment.settled', %s, %s, %s, %s) RETURNING id",
            biller_id, ref, NOW, DAY, DAY,
        )[0][0]
    )  # fmt: skip


def add_lines(entry_id: int, *lines: tuple[str, int, str], biller_id: int = 1) -> None:
    values = ", ".join(["(%s, %s, %s, %s, %s)"] * len(lines))
    flat = [
        value
        for account, amount, currency in lines
        for value in (entry_id, biller_id, account, amount, currency)
    ]
    sql(
        f"INSERT INTO ledger_line (entry_id, biller_id, account, amount_minor, currency) VALUES {values}",
        *flat,
    )


def refused(act: Callable[[], object], *, because: str) -> None:
    with pytest.raises(DatabaseError, match=because), transaction.atomic():
        act()


def test_an_entry_that_does_not_sum_to_zero(db: None) -> None:
    with pytest.raises(IntegrityError, match="does not sum to zero"):
        post(LineDraft(chart.CLEARING, 100), LineDraft(chart.REVENUE, -99))
    assert sql("SELECT count(*) FROM ledger_entry") == [(0,)]


def test_half_an_entry(db: None) -> None:
    """Not even for a moment: the other half in a second statement comes too late."""
    refused(lambda: add_lines(new_entry(), ("clearing", 100, "USD")), because="does not sum to zero")


def test_two_currencies_that_cancel_in_number(db: None) -> None:
    refused(
        lambda: add_lines(new_entry(), ("clearing", 100, "USD"), ("revenue", -100, "EUR")),
        because="does not sum to zero",
    )


def test_lines_added_to_an_entry_of_another_transaction(transactional_db: None) -> None:
    post(LineDraft(chart.CLEARING, 100), LineDraft(chart.REVENUE, -100))
    entry_id = sql("SELECT id FROM ledger_entry")[0][0]
    refused(lambda: add_lines(entry_id, ("clearing", 5, "USD"), ("revenue", -5, "USD")), because="is closed")
    assert sql("SELECT sum(amount_minor) FROM ledger_line WHERE account = 'clearing'") == [(100,)]


def test_lines_of_another_biller(db: None) -> None:
    refused(
        lambda: add_lines(
            new_entry(biller_id=1), ("clearing", 5, "USD"), ("revenue", -5, "USD"), biller_id=2
        ),
        because="of another biller",
    )


def test_the_rule_reads_no_other_entries_however_many_there_are(transactional_db: None) -> None:
    """A large import writes a thousand entries a statement, in one transaction: each statement costs the same."""
    lines = (LineDraft(chart.CLEARING, 100), LineDraft(chart.REVENUE, -100))
    drafts = [EntryDraft(1, "payment.settled", f"pay_{at}", "USD", DAY, DAY, lines) for at in range(3_000)]
    with db.transaction():
        operations.post(entries=drafts[:2_000], now=NOW)
        read = "SELECT seq_tup_read FROM pg_stat_xact_user_tables WHERE relname = 'ledger_entry'"
        before = sql(read)
        operations.post(entries=drafts[2_000:], now=NOW)
        assert sql(read) == before


def test_an_empty_line_and_an_account_that_is_not_in_the_chart(db: None) -> None:
    refused(lambda: add_lines(new_entry(), ("clearing", 0, "USD")), because="ledger_line_amount")
    refused(
        lambda: add_lines(new_entry(), ("petty_cash", 5, "USD"), ("revenue", -5, "USD")),
        because="ledger_line_account",
    )


def test_the_same_event_posted_twice(db: None) -> None:
    lines = (LineDraft(chart.CLEARING, 100), LineDraft(chart.REVENUE, -100))
    post(*lines)
    with pytest.raises(IntegrityError, match="ledger_entry_once"):
        post(*lines)


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize(
    "statement", ["UPDATE {} SET biller_id = biller_id", "DELETE FROM {}", "TRUNCATE {}"]
)
def test_what_was_written_stays(db: None, table: str, statement: str) -> None:
    refused(lambda: sql(statement.format(table)), because="permission denied|must be owner")


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE ledger_line DISABLE TRIGGER balanced",
        "DROP TRIGGER balanced ON ledger_line",
        "SET session_replication_role = replica",
        "CREATE TABLE mine (id int)",
    ],
)
def test_the_guards_cannot_be_sent_home(db: None, statement: str) -> None:
    refused(lambda: sql(statement), because="permission denied|must be owner")


@pytest.mark.parametrize("statement", ["UPDATE ledger_line SET amount_minor = 1", "DELETE FROM ledger_entry"])
def test_not_even_the_owner_rewrites_the_books(
    transactional_db: None, owner_conninfo: str, statement: str
) -> None:
    post(LineDraft(chart.CLEARING, 100), LineDraft(chart.REVENUE, -100))
    with (
        psycopg.connect(owner_conninfo) as owner,
        pytest.raises(psycopg.errors.RestrictViolation, match="append-only"),
    ):
        owner.execute(statement)


def test_a_posting_with_a_source_keeps_its_dimensions(db: None) -> None:
    source = Source(1, "inv:7", "USD", 10, 20, DAY, DAY)
    with_lines = postings.invoice_issued(source, invoice_id=7, total_minor=5_000)
    post_entry(with_lines)
    assert sql(
        "SELECT account, amount_minor, currency, billing_account_id, payer_id, invoice_id FROM ledger_line ORDER BY id"
    ) == [
        ("receivable", 5_000, "USD", 10, 20, 7),
        ("revenue", -5_000, "USD", None, None, None),
    ]


def post_entry(entry: EntryDraft) -> None:
    with db.transaction():
        operations.post(entries=[entry], now=NOW)
