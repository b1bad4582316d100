"""Tells payers ahead that a card's last month is near: thirty days before its last day, once for each date on it."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from counterfoil.billers import queries as biller_queries
from counterfoil.billers.queries import BillerRow
from counterfoil.core import db
from counterfoil.core.actor import Actor
from counterfoil.flows.notices import methods as method_notices
from counterfoil.methods import expiry, queries as method_queries
from counterfoil.methods.queries import MethodRow
from counterfoil.payers import queries as payer_queries
from counterfoil.schedules import queries as schedule_queries
from counterfoil.schedules.rows import Use

AHEAD = timedelta(days=30)
FROM_HOUR, UNTIL_HOUR = 9, 20


def run(*, actor: Actor, now: datetime) -> int:
    """Queue the notices that are due at every biller whose day is awake; return how many cards expire soon.

    Again queues nothing twice. `actor` is the installation itself.

    :raises errors.NotPermitted: it is not.
    """
    actor.demand_staff("methods.warn", biller_id=0)
    found = 0
    for biller in biller_queries.list_all():
        if FROM_HOUR <= now.astimezone(ZoneInfo(biller.zone)).hour < UNTIL_HOUR:
            found += _warn(actor, now, biller)
    return found


def _warn(actor: Actor, now: datetime, biller: BillerRow) -> int:
    today = biller_queries.today(biller=biller, now=now)
    cards = method_queries.list_expiring(biller_id=biller.id, on=today, until=today + AHEAD)
    uses = schedule_queries.list_uses(actor=actor, method_refs={card.public_id for card in cards})
    for start in range(0, len(cards), 200):
        some = cards[start : start + 200]
        db.in_transaction(partial(_queue, actor, now, biller, some, uses))
    return len(cards)


def _queue(
    actor: Actor,
    now: datetime,
    biller: BillerRow,
    cards: list[MethodRow],
    uses: dict[str, tuple[Use, ...]],
) -> None:
    payers = {
        row.id: row
        for row in payer_queries.list_payers_by_ids(actor=actor, payer_ids={c.payer_id for c in cards})
    }
    for card in cards:
        month, year = card.exp_month or 1, card.exp_year or 1
        data = {
            "method_label": card.label,
            "last_day": expiry.last_day(month=month, year=year).isoformat(),
            "is_in_use": bool(uses.get(card.public_id)),
            "link": f"/billing/methods/{card.public_id}/edit/",
        }
        method_notices.queue(
            now=now,
            key="method_expiring",
            payer=payers[card.payer_id],
            biller=biller,
            ref=card.public_id,
            data=data,
            once=f"method_expiring:{card.public_id}:{year}-{month:02}",
        )
