"""A helper steps in for the payer: sees the account, and pays under the access alone.

The person's own login never holds the payer's rights. For one act it becomes an actor that is that payer with the
few permissions that were given, labeled with both names; and whatever it pays is held to the access by the one place
where payments are decided (flows/payments/helping), again under the lock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from counterfoil.billers import queries as biller_queries
from counterfoil.core import errors
from counterfoil.core.actor import OPERATOR, Actor, PayerGrant
from counterfoil.flows.payments import helping, prepare, submit
from counterfoil.flows.payments.birth import Birth, Born
from counterfoil.flows.payments.helping import Helping
from counterfoil.flows.payments.orders import PayOrder, Submission
from counterfoil.flows.payments.prepare import Review
from counterfoil.flows.sharing import notify
from counterfoil.payers import queries as payer_queries
from counterfoil.payments import queries as payment_queries
from counterfoil.sharing import queries as sharing_queries
from counterfoil.sharing.queries import HelperRow

LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class StandIn:
    """A helper in the payer's place: who acts, under which access, and what is left of it."""

    actor: Actor
    helper: HelperRow
    helping: Helping


def step_in(*, actor: Actor, now: datetime, ref: str) -> StandIn:
    """Return the helper in the payer's place.

    :raises errors.NotFound: no such access of the actor's, it has ended, or its day is over; or the biller's portal
        is off.
    """
    helper = sharing_queries.get_helper(actor=actor, public_id=ref)
    own = next((grant for grant in actor.payers if grant.payer_id == helper.helper_id), None)
    biller = biller_queries.get(biller_id=helper.biller_id)
    if own is None or not helper.is_active(now) or not biller.portal.portal_on:
        raise errors.NotFound("helper")
    allowed = {"see_invoices"} | ({"see_lines"} if helper.sees_lines else set())
    allowed |= {"pay"} if helper.may_pay else set()
    grant = PayerGrant(helper.payer_id, helper.biller_id, frozenset(allowed), has_parts=True)
    stand_in = actor.standing_in(
        name=label(helper)[:LONGEST_NAME], payers=(own, grant), helper_ref=helper.public_id
    )
    found = helping.find(actor=stand_in, now=now)
    if found is None:
        raise errors.NotFound("helper")
    return StandIn(stand_in, helper, found)


def label(helper: HelperRow) -> str:
    """Return how every act of a helper is labeled: *Susan for Eleanor*."""
    return _("%(helper)s for %(payer)s") % {"helper": helper.name, "payer": helper.payer_name}


def review(*, stand_in: StandIn, now: datetime, order: PayOrder) -> Review:
    """Work out what a helper is about to pay. Moves nothing.

    :raises errors.Refused: the order will not do, or is above what is left of the access.
    """
    return prepare.run(actor=stand_in.actor, now=now, order=order)


def pay(*, stand_in: StandIn, now: datetime, order: PayOrder, key: str, seen: str) -> str:
    """Pay what was reviewed and tell the payer in the same commit; return the payment's public id.

    :raises errors.Refused: it will not do, changed since the review, or the access has ended meanwhile.
    """
    actor, helper = stand_in.actor, stand_in.helper
    actor.demand_payer("pay", payer_id=order.payer_id)
    submission = Submission(
        order=order, scope=helping.scope_of(helper.public_id), key=key, seen=seen, origin=helping.ORIGIN
    )

    def also(births: Sequence[Birth]) -> None:
        for born in births:
            if isinstance(born, Born) and born.is_new:
                _tell(now, helper, born.public_id)

    [born] = submit.many(actor=actor, now=now, submissions=[submission], also=also)
    if isinstance(born, errors.Refused):
        raise born
    return born.public_id


def _tell(now: datetime, helper: HelperRow, payment_ref: str) -> None:
    payment = payment_queries.get(actor=OPERATOR, public_id=payment_ref)
    [payer] = payer_queries.list_payers_by_ids(actor=OPERATOR, payer_ids=[helper.payer_id])
    biller = biller_queries.get(biller_id=helper.biller_id)
    data = notify.of_helper(helper) | {
        "act": label(helper),
        "paid_minor": payment.total_minor,
        "payment_number": payment.number,
        "submitted_at": payment.submitted_at.isoformat(),
        # The helper's own account or card is nobody else's to read.
        "method_label": payment.method_label if payment.payer_id == helper.payer_id else "",
    }
    notify.queue(now=now, key="helper_acted", biller=biller, to=payer, subject_ref=payment_ref, data=data)
