from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest

from counterfoil.audit import operations as audit_operations, queries as audit_queries
from counterfoil.core import db
from counterfoil.core.actor import OPERATOR, Actor, ActorKind, StaffGrant

Record = Callable[[int, int], None]
pytestmark = pytest.mark.django_db(transaction=True)

STAFF = Actor(kind=ActorKind.STAFF, ref="lgn_1", staff=(StaffGrant(1, frozenset()),))


def _seal() -> None:
    while db.in_transaction(audit_operations.seal):
        pass


def _verify(heads: dict[int, tuple[int, bytes]] | None = None) -> audit_queries.Verdict:
    with db.reading():
        return audit_queries.verify(heads=heads)


@pytest.fixture
def tamper(owner_conninfo: str) -> Callable[[str], None]:
    """Change history as the owner, who first has to take the trigger away."""

    def change(statement: str) -> None:
        with psycopg.connect(owner_conninfo) as owner:
            for table in ("audit_event", "audit_seal"):
                owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER append_only")
            owner.execute(statement)
            for table in ("audit_event", "audit_seal"):
                owner.execute(f"ALTER TABLE {table} ENABLE TRIGGER append_only")

    return change


@pytest.mark.parametrize("table", ["audit_event", "audit_seal"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET biller_id = 9", "DELETE FROM {}"])
def test_even_the_owner_meets_the_trigger(
    owner_conninfo: str, record: Record, table: str, statement: str
) -> None:
    record(1, 1)
    _seal()

    with psycopg.connect(owner_conninfo) as owner, pytest.raises(psycopg.errors.RestrictViolation):
        owner.execute(statement.format(table))


def test_an_untouched_log_is_sound_and_says_what_waits(record: Record) -> None:
    record(1, 3)
    record(2, 2)
    _seal()
    record(1, 4)

    verdict = _verify()

    assert verdict.is_sound
    assert (verdict.sealed, verdict.pending, verdict.neither) == (5, 4, 0)
    assert verdict.oldest_pending_at is not None


@pytest.mark.parametrize(
    ("statement", "seal_no", "reason"),
    [
        (
            "UPDATE audit_event SET details = '{\"amount_minor\": 1000}' WHERE object_ref = 'pay_2'",
            3,
            "changed",
        ),
        ("UPDATE audit_event SET at = at + interval '1 second' WHERE object_ref = 'pay_0'", 1, "changed"),
        ("UPDATE audit_event SET biller_id = 2 WHERE object_ref = 'pay_1'", 2, "changed"),
        ("DELETE FROM audit_event WHERE object_ref = 'pay_2'", 3, "deleted"),
        ("UPDATE audit_seal SET hash = sha256('x') WHERE seal_no = 2", 2, "changed"),
        ("DELETE FROM audit_seal WHERE seal_no = 2", 3, "missing"),
    ],
)
def test_an_edit_or_a_deletion_is_found(
    record: Record, tamper: Callable[[str], None], statement: str, seal_no: int, reason: str
) -> None:
    record(1, 5)
    _seal()

    tamper(statement)
    verdict = _verify()

    assert not verdict.is_sound
    assert (verdict.breaks[0].biller_id, verdict.breaks[0].seal_no) == (1, seal_no)
    assert reason in verdict.breaks[0].reason


def test_one_edit_is_reported_once(record: Record, tamper: Callable[[str], None]) -> None:
    record(1, 50)
    _seal()

    tamper("UPDATE audit_event SET action = 'x.y' WHERE object_ref = 'pay_2'")

    assert [found.seal_no for found in _verify().breaks] == [3]


def test_an_event_that_is_neither_sealed_nor_waits_is_an_alarm(
    record: Record, tamper: Callable[[str], None]
) -> None:
    record(1, 3)

    tamper("DELETE FROM audit_pending WHERE event_id = (SELECT min(event_id) FROM audit_pending)")

    verdict = _verify()
    assert (verdict.neither, verdict.is_sound) == (1, False)


def test_a_chain_cut_short_is_found_against_noted_heads(
    record: Record, tamper: Callable[[str], None]
) -> None:
    record(1, 5)
    _seal()
    noted = audit_queries.list_heads()

    tamper("DELETE FROM audit_event WHERE object_ref = 'pay_4'; DELETE FROM audit_seal WHERE seal_no = 5")

    assert _verify().is_sound
    verdict = _verify(noted)
    assert [(found.seal_no, found.reason) for found in verdict.breaks] == [
        (5, "the chain ends before the checkpoint")
    ]


def test_a_log_that_grew_is_sound_against_noted_heads(record: Record) -> None:
    record(1, 5)
    _seal()
    noted = audit_queries.list_heads()
    record(1, 5)
    _seal()

    assert _verify(noted).is_sound
    assert _verify({1: (noted[1][0], bytes(32))}).breaks[0].reason == "differs from the checkpoint"


def test_staff_see_the_events_of_their_billers_alone_newest_first(record: Record) -> None:
    record(1, 3)
    record(2, 1)

    seen = audit_queries.list_events(actor=STAFF, biller_id=1)

    assert [row.object_ref for row in seen] == ["pay_2", "pay_1", "pay_0"]
    assert audit_queries.list_events(actor=STAFF, biller_id=2) == []
    assert len(audit_queries.list_events(actor=OPERATOR, biller_id=2)) == 1


def test_a_list_is_paged_and_filtered_by_object(record: Record) -> None:
    record(1, 5)
    first = audit_queries.list_events(actor=OPERATOR, biller_id=1, limit=2)
    second = audit_queries.list_events(actor=OPERATOR, biller_id=1, limit=2, before_id=first[-1].id)
    one = audit_queries.list_events(actor=OPERATOR, biller_id=1, object_ref="pay_3")

    assert [row.object_ref for row in first + second] == ["pay_4", "pay_3", "pay_2", "pay_1"]
    assert [row.details for row in one] == [{"amount_minor": 3}]


def test_events_that_changed_places_are_found(record: Record, tamper: Callable[[str], None]) -> None:
    record(1, 3)
    _seal()

    tamper(
        "CREATE TEMP TABLE was AS SELECT * FROM audit_seal; DELETE FROM audit_seal;"
        " INSERT INTO audit_seal SELECT biller_id, 4 - seal_no, event_id, hash FROM was"
    )

    assert [found.seal_no for found in _verify().breaks] == [1, 2, 3]
