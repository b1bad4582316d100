"""Every night: what does not hold is an error in the log, biller by biller."""

from __future__ import annotations

import logging

import pytest
from django.db import connection

from counterfoil.billers import queries as biller_queries
from counterfoil.core import errors
from counterfoil.core.actor import OPERATOR, WORKER
from counterfoil.flows.billers import change_settings
from counterfoil.flows.books import prove
from tests.factories.people import Community
from tests.factories.world import World


def execute(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def told(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str]]:
    return [(record.ref, record.getMessage()) for record in caplog.records if record.levelno == logging.ERROR]


def test_books_that_hold_are_told_of_to_nobody(world: World, caplog: pytest.LogCaptureFixture) -> None:
    world.pay(world.card(), [(world.invoice().public_id, 320_000)])
    assert prove.run(actor=WORKER, now=world.now) == 0
    assert told(caplog) == []


def test_what_does_not_hold_at_one_biller_is_told_by_its_name(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    Community("Oak Hill")
    invoice = world.invoice()
    execute("UPDATE invoices_invoice SET open_minor = open_minor - 1 WHERE id = %s", invoice.id)

    assert prove.run(actor=WORKER, now=world.now) == 1
    ((ref, message),) = told(caplog)
    assert ref == biller_queries.get(biller_id=world.biller_id).public_id
    assert invoice.public_id in message


def test_an_audit_log_that_was_touched_is_told(world: World, caplog: pytest.LogCaptureFixture) -> None:
    changes = {"portal_on": False}
    change_settings.run(
        actor=OPERATOR, now=world.now, biller_id=world.biller_id, section="portal", changes=changes
    )
    execute("DELETE FROM audit_pending")
    execute(
        "INSERT INTO audit_seal (biller_id, seal_no, event_id, hash)"
        " SELECT biller_id, 2, max(id), '' FROM audit_event WHERE biller_id = %s GROUP BY 1",
        world.biller_id,
    )
    prove.run(actor=WORKER, now=world.now)
    messages = [message for _, message in told(caplog)]
    assert any("audit log, seal 2: seals are missing before it" in message for message in messages)
    assert sum("neither sealed nor waiting" in message for message in messages) <= 1


def test_nobody_else_starts_it(world: World) -> None:
    with pytest.raises(errors.NotPermitted):
        prove.run(actor=world.staff, now=world.now)
