"""Limits on declined cards: nobody tries out stolen numbers here (compliance CT-03, CT-08).

Checked where a payment is born, for a person paying with a card; bank accounts stay open, and the words say so. The
same Submit again is answered before it comes here, so a limit never hides what became of a payment.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from counterfoil.core import errors
from counterfoil.core.actor import Actor, ActorKind
from counterfoil.flows.payments.facts import Facts
from counterfoil.payments import decline_queries
from counterfoil.rules import queries as rule_queries

SESSION, DAY, ADDRESS = (
    "card_declines_each_session",
    "card_declines_each_day",
    "card_declines_each_address_hour",
)
BREAKER = "card_breaker"


@dataclass(frozen=True, slots=True)
class _Breaker:
    """When cards rest at a biller: `percent` declined among at least `attempts` in the last `minutes`."""

    attempts: int
    minutes: int
    percent: int


def check(*, actor: Actor, now: datetime, facts: Facts) -> None:
    """Refuse one more card payment after too many declines.

    :raises errors.Invalid: on `method`, with code `too_many_declines`.
    """
    found = facts.found_method
    if actor.kind != ActorKind.PAYER or found is None or found.kind != "card":
        return
    most = rule_queries.list_at([SESSION, DAY, ADDRESS, BREAKER], on=facts.today)
    breaker = _Breaker(**most[BREAKER])
    lately = now - timedelta(minutes=breaker.minutes)
    seen = decline_queries.count_declines(
        actor=actor,
        biller_id=facts.biller.id,
        day_ago=now - timedelta(days=1),
        hour_ago=now - timedelta(hours=1),
        lately=lately,
    )
    if seen.in_session >= most[SESSION] or seen.of_payers >= most[DAY] or seen.from_address >= most[ADDRESS]:
        message = _("Several card payments were declined. %(instead)s")
        raise _refusal(facts, message)
    if _is_broken(breaker, seen.lately, biller_id=facts.biller.id, since=lately):
        raise _refusal(facts, _("Card payments are stopped for a short time. %(instead)s"))


def _is_broken(breaker: _Breaker, declined: int, *, biller_id: int, since: datetime) -> bool:
    # Fewer declines than this cannot be that share of enough payments: nothing more is read.
    if declined * 100 <= breaker.attempts * breaker.percent:
        return False
    tried = decline_queries.count_cards(biller_id=biller_id, since=since)
    return tried >= breaker.attempts and declined * 100 > tried * breaker.percent


def _refusal(facts: Facts, message: str) -> errors.Invalid:
    biller = facts.biller
    instead = _("Use a bank account, try again tomorrow, or call %(biller)s.")
    if biller.phone:
        instead = _("Use a bank account, try again tomorrow, or call %(biller)s at %(phone)s.")
    words = instead % {"biller": biller.name, "phone": biller.phone}
    return errors.Invalid(message % {"instead": words}, field="method", code="too_many_declines")
