"""Limits on adding cards: nobody tries out stolen numbers here (compliance CT-03, CT-11)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext as _, ngettext

from counterfoil.billers import queries as biller_queries
from counterfoil.billers.queries import BillerRow
from counterfoil.core import errors
from counterfoil.core.actor import Actor, ActorKind
from counterfoil.methods import queries as method_queries
from counterfoil.rules import queries as rule_queries

ADDED, TRIED = "cards_added_each_day", "cards_tried_each_day"
DAY = timedelta(days=1)


def check_card(
    *, actor: Actor, now: datetime, biller: BillerRow, payer_id: int, is_saved: bool = True
) -> None:
    """Refuse one more card of a payer or login that gave enough of them in the last 24 hours.

    :raises errors.Invalid: with code `too_many_cards`, and the words say what to do instead.
    """
    if actor.kind != ActorKind.PAYER:
        return
    today = biller_queries.today(biller=biller, now=now)
    most = rule_queries.list_at([ADDED, TRIED], on=today)
    since = now - DAY
    if method_queries.count_distinct_cards(payer_id=payer_id, since=since) >= most[TRIED]:
        raise _refusal(biller, most[TRIED])
    given = method_queries.count_cards_given(payer_id=payer_id, login_ref=actor.ref, since=since)
    if is_saved and given >= most[ADDED]:
        raise _refusal(biller, most[ADDED])


def _refusal(biller: BillerRow, most: int) -> errors.Invalid:
    message = ngettext(
        "Only %(count)s card can be added in one day. Use a bank account, try again tomorrow, or call "
        "%(biller)s at %(phone)s.",
        "Only %(count)s cards can be added in one day. Use a bank account, try again tomorrow, or call "
        "%(biller)s at %(phone)s.",
        most,
    )
    words = {"count": most, "biller": biller.name, "phone": biller.phone or _("its office")}
    return errors.Invalid(message % words, code="too_many_cards")
