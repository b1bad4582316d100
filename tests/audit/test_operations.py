from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime

import psycopg
import pytest
from django.db import IntegrityError, connection

from counterfoil.audit import operations as audit_operations, queries as audit_queries
from counterfoil.core import db
from counterfoil.core.actor import Actor, ActorKind

NOW = datetime(2026, 11, 21, 21, 14, tzinfo=UTC)
STAFF = Actor(kind=ActorKind.STAFF, ref="lgn_1", ip="192.0.2.1", request_id="req_1")
Record = Callable[[int, int], None]

pytestmark = pytest.mark.django_db(transaction=True)


def _rows(statement: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())


def _seal_all() -> int:
    sealed = 0
    while count := db.in_transaction(lambda: audit_operations.seal(limit=7)):
        sealed += count
    return sealed


def test_an_event_tells_who_did_what_when_to_what() -> None:
    with db.transaction():
        audit_operations.record(
            actor=STAFF,
            biller_id=3,
            action="invoice.voided",
            object_ref="inv_1",
            details={"amount_minor": 100},
            now=NOW,
        )

    columns = "biller_id, at, actor_kind, actor_ref, action, object_ref, details::text, request_id, host(ip)"
    assert _rows(f"SELECT {columns} FROM audit_event") == [
        (3, NOW, "staff", "lgn_1", "invoice.voided", "inv_1", '{"amount_minor": 100}', "req_1", "192.0.2.1")
    ]


def test_the_event_waits_to_be_sealed_in_the_same_transaction(record: Record) -> None:
    record(3, 2)

    assert _rows("SELECT event_id FROM audit_pending ORDER BY 1") == _rows(
        "SELECT id FROM audit_event ORDER BY 1"
    )
    assert _rows("SELECT count(DISTINCT xact) FROM audit_event") == [(1,)]


def _record_and_fail() -> None:
    with db.transaction():
        audit_operations.record(
            actor=STAFF, biller_id=3, action="invoice.voided", object_ref="inv_1", now=NOW
        )
        raise ZeroDivisionError


def test_an_act_that_fails_leaves_no_event_and_nothing_waiting() -> None:
    with pytest.raises(ZeroDivisionError):
        _record_and_fail()

    assert _rows("SELECT 1 FROM audit_event") == []
    assert _rows("SELECT 1 FROM audit_pending") == []


def _act_and_record_badly() -> None:
    with db.transaction():
        with connection.cursor() as cursor:
            cursor.execute("UPDATE core_clock SET offset_seconds = 99")
        audit_operations.record(
            actor=STAFF,
            biller_id=None,  # type: ignore[arg-type]
            action="clock.advanced",
            object_ref="",
            now=NOW,
        )


def test_an_event_that_cannot_be_written_undoes_the_act() -> None:
    with pytest.raises(IntegrityError):
        _act_and_record_badly()

    assert _rows("SELECT offset_seconds FROM core_clock") == [(0,)]


def test_recording_outside_a_flow_is_refused() -> None:
    with pytest.raises(db.InsideTransaction):
        audit_operations.record(
            actor=STAFF, biller_id=3, action="invoice.voided", object_ref="inv_1", now=NOW
        )


@pytest.mark.parametrize(
    "action", ["voided", "Invoice.voided", "invoice.", "invoice voided", "invoice.void.ed"]
)
def test_an_action_is_a_noun_and_what_happened(action: str) -> None:
    with pytest.raises(ValueError, match=r"noun\.past"), db.transaction():
        audit_operations.record(actor=STAFF, biller_id=3, action=action, object_ref="inv_1", now=NOW)


def test_sealing_numbers_each_billers_chain_without_gaps(record: Record) -> None:
    for biller_id, count in ((1, 5), (2, 4), (1, 3), (0, 2)):
        record(biller_id, count)

    assert _seal_all() == 14

    assert _rows("SELECT biller_id, count(*), max(seal_no) FROM audit_seal GROUP BY 1 ORDER BY 1") == [
        (0, 2, 2),
        (1, 8, 8),
        (2, 4, 4),
    ]
    assert _rows("SELECT 1 FROM audit_pending") == []


def test_an_event_that_commits_late_is_sealed_after_younger_ones(owner_conninfo: str, record: Record) -> None:
    with psycopg.connect(owner_conninfo) as late:
        late.execute(
            "INSERT INTO audit_event (biller_id, at, actor_kind, actor_ref, action, object_ref, details, request_id)"
            " VALUES (1, now(), 'staff', 'lgn_1', 'x.y', 'z', '{}', '')"
        )
        record(1, 3)
        assert _seal_all() == 3
        late.commit()

    assert _seal_all() == 1
    with db.reading():
        verdict = audit_queries.verify()
    assert (verdict.sealed, verdict.pending, verdict.is_sound) == (4, 0, True)
    assert _rows(
        "SELECT max(seal_no) FROM audit_seal s WHERE event_id = (SELECT min(id) FROM audit_event)"
    ) == [(4,)]


def test_a_second_sealer_goes_away_while_one_is_at_work(owner_conninfo: str, record: Record) -> None:
    record(1, 3)
    with psycopg.connect(owner_conninfo) as other:
        other.execute("SELECT pg_advisory_xact_lock(%s)", [audit_operations.SEAL_LOCK])

        assert db.in_transaction(audit_operations.seal) == 0
        other.rollback()

    assert db.in_transaction(audit_operations.seal) == 3


class Threads:
    """Threads that close their connection, and keep what went wrong."""

    def __init__(self) -> None:
        self.failures: list[BaseException] = []

    def start(self, work: Callable[[], None], *, count: int) -> list[threading.Thread]:
        threads = [threading.Thread(target=self._run, args=[work]) for _ in range(count)]
        for thread in threads:
            thread.start()
        return threads

    def _run(self, work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - told by the test
            self.failures.append(error)
        finally:
            connection.close()


def test_two_sealers_and_three_writers_at_once_seal_every_event_once(record: Record) -> None:
    stop, threads = threading.Event(), Threads()

    def write() -> None:
        for _round in range(15):
            record(1, 2)
            record(2, 1)

    def seal() -> None:
        while not stop.is_set():
            db.in_transaction(lambda: audit_operations.seal(limit=7))

    sealers = threads.start(seal, count=2)
    for thread in threads.start(write, count=3):
        thread.join()
    stop.set()
    for thread in sealers:
        thread.join()
    _seal_all()

    assert threads.failures == []
    assert _rows(
        "SELECT biller_id, count(*), max(seal_no), count(DISTINCT event_id) FROM audit_seal GROUP BY 1 ORDER BY 1"
    ) == [(1, 90, 90, 90), (2, 45, 45, 45)]
    with db.reading():
        assert audit_queries.verify().is_sound
