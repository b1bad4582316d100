"""What becomes of payments in a world: let time pass, cut the gateway off, and see what was told and booked."""

from __future__ import annotations

from datetime import date

import httpx
from django.db import connection

from counterfoil.core.actor import WORKER
from counterfoil.flows.books import reconcile, verify
from counterfoil.flows.payments import (
    resolve_unknown,
    settle_matured,
)
from counterfoil.gateways.sandbox import client
from counterfoil.invoices.queries import InvoiceRow
from counterfoil.ledger import queries as ledger_queries
from counterfoil.payments.queries import PaymentRow
from tests.factories.world import World


class Down(httpx.BaseTransport):
    """A gateway that cannot be reached."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("down", request=request)


def cut_off(world: World, *, down: bool = True) -> None:
    practice = world.sandbox
    client.mount(base_url=practice.base_url, transport=Down() if down else practice.transport)


def ask(world: World, **span: float) -> PaymentRow | None:
    """Let time pass and the worker ask; the newest payment afterwards."""
    world.sandbox.wait(**span)
    resolve_unknown.run(actor=WORKER, now=world.now, biller_id=world.biller_id)
    return None


def mature(world: World) -> None:
    settle_matured.run(actor=WORKER, now=world.now, biller_id=world.biller_id)


def jobs_of(name: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT args FROM procrastinate_jobs WHERE task_name = %s ORDER BY id", [name])
        return [row[0] for row in cursor.fetchall()]


def notices(world: World, ref: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT key FROM notices_notice WHERE subject_ref = %s ORDER BY id", [ref])
        return [row[0] for row in cursor.fetchall()]


def whole(invoice: InvoiceRow) -> list[tuple[str, int]]:
    return [(invoice.public_id, invoice.total_minor)]


def books(world: World) -> dict[str, int]:
    sums = ledger_queries.balances(actor=WORKER, biller_id=world.biller_id)
    return {code: amount for code, amount in sums.items() if amount}


def assert_sound(world: World) -> None:
    assert verify.run(biller_id=world.biller_id) == []
    assert reconcile.run(actor=WORKER, biller_id=world.biller_id).differences == []


def live(world: World, *, until: date) -> None:
    """Days go by: the bank works, events arrive, the worker settles."""
    while world.now.date() < until:
        world.sandbox.wait(days=1)
        world.deliver()
        mature(world)
