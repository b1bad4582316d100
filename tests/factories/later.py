"""What is set for later in a world: payments with a day, and autopay, made through the flows people use."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from counterfoil.core.actor import WORKER, Actor
from counterfoil.flows.notices import deliver
from counterfoil.flows.schedules import (
    enroll,
    plan_autopay,
    replace_method,
    review,
    run_due,
    schedule_payment,
)
from counterfoil.flows.schedules.enroll import EnrollmentForm
from counterfoil.payments.queries import PaymentRow
from counterfoil.schedules import queries as schedule_queries
from counterfoil.schedules.rows import EnrollmentRow, ScheduledRow, Use
from tests.factories.world import World


def open_for_later(world: World) -> None:
    """Switch the biller's setting on."""
    world.set_portal(schedule_payment=True)


def schedule(
    world: World,
    method: str,
    on: date,
    amounts: Sequence[tuple[str, int]] = (),
    *,
    actor: Actor | None = None,
    key: str = "",
) -> ScheduledRow:
    """Review and accept a payment on a later date."""
    who = actor or world.payer
    order = world.order(method, amounts, actor=who)
    seen = review.run(actor=who, now=world.now, order=order, on=on)
    ref = schedule_payment.run(
        actor=who, now=world.now, order=order, on=on, key=key or secrets.token_hex(8), seen=seen.digest
    )
    return scheduled(ref)


def take_over(world: World, old: str, new: str) -> tuple[Use, ...]:
    """Review and accept that one method takes the place of another; return what used the old one."""
    seen = replace_method.review(actor=world.payer, now=world.now, old_ref=old, new_ref=new)
    return replace_method.run(actor=world.payer, now=world.now, old_ref=old, new_ref=new, seen=seen.digest)


def form(world: World, method: str, **choices: Any) -> EnrollmentForm:
    """Return what a payer chose: the full balance on the due date, unless `choices` say otherwise."""
    made = EnrollmentForm(payer_id=world.payer_id, account_id=world.account_id, method_ref=method)
    return replace(made, **choices)


def start(world: World, method: str, *, actor: Actor | None = None, **choices: Any) -> EnrollmentRow:
    """Start autopay."""
    who = actor or world.payer
    wanted = form(world, method, **choices)
    seen = enroll.review(actor=who, now=world.now, form=wanted)
    return enrollment(enroll.run(actor=who, now=world.now, form=wanted, seen=seen.digest))


def scheduled(ref: str) -> ScheduledRow:
    """Return a scheduled payment as it is now."""
    return schedule_queries.get_scheduled(actor=WORKER, public_id=ref)


def enrollment(ref: str) -> EnrollmentRow:
    """Return autopay as it is now."""
    return schedule_queries.get_enrollment(actor=WORKER, public_id=ref)


def waiting(world: World) -> list[ScheduledRow]:
    """Return what is set for later, by day."""
    return schedule_queries.list_scheduled(actor=WORKER, payer_ids=[world.payer_id])


def everything(world: World) -> list[ScheduledRow]:
    """Return all that was ever set, the latest day first."""
    return schedule_queries.list_scheduled(actor=WORKER, payer_ids=[world.payer_id], only_open=False)


def send(world: World) -> int:
    """Let the worker send what tells of debits before them; return how many messages the mail server took."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT d.id FROM notices_delivery d JOIN notices_notice n ON n.id = d.notice_id"
            " WHERE d.biller_id = %s AND n.key IN ('autopay_notice', 'collection_coming')"
            " AND d.status IN ('queued', 'retrying')"
            " ORDER BY d.id",
            [world.biller_id],
        )
        found = [delivery_id for (delivery_id,) in cursor.fetchall()]
    return sum(deliver.run(actor=WORKER, now=world.now, delivery_id=each) for each in found)


def to_morning(world: World, day: date, hour: int = 9, *, mail: bool = True) -> None:
    """Go to a morning of the biller's; what was to be told by mail is told before, unless no mail goes out."""
    if mail:
        send(world)
    local = datetime.combine(day, time(hour), tzinfo=ZoneInfo(world.zone))
    world.sandbox.time.now = local.astimezone(UTC)


def run(world: World) -> int:
    """Let the worker take what is due."""
    return run_due.run(actor=WORKER, now=world.now, biller_id=world.biller_id)


def plan(world: World) -> int:
    """Let the worker plan what autopay is to pay."""
    return plan_autopay.run(actor=WORKER, now=world.now, biller_id=world.biller_id)


def run_on_its_day(world: World, row: ScheduledRow) -> PaymentRow:
    """Go to the day of a scheduled payment, take it, and return the payment."""
    to_morning(world, row.run_on)
    run(world)
    return world.payment(scheduled(row.public_id).payment_ref)


def told(world: World) -> list[str]:
    """Return the kinds of notice that were queued, in order."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT key FROM notices_notice WHERE biller_id = %s ORDER BY id", [world.biller_id])
        return [key for (key,) in cursor.fetchall() if key not in {"method_added", "payment_receipt"}]


def days_later(world: World, count: int) -> date:
    """Return the biller's day so many days from now."""
    return world.today + timedelta(days=count)
