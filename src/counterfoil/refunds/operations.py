"""Writes to refunds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from counterfoil.core import db, ids
from counterfoil.core.actor import Actor
from counterfoil.refunds import states
from counterfoil.refunds.models import Refund


@dataclass(frozen=True, slots=True)
class NewRefund:
    """A refund that is about to be born. Amounts in minor units: of the payment's amount, and of its fee.

    `credit_minor` is what of the amount no bill had; the rest is owed again, or `lowers_bills`.
    """

    biller_id: int
    payment_id: int
    account_id: int
    payer_id: int
    key: str
    request_hash: str
    amount_minor: int
    fee_minor: int
    credit_minor: int
    lowers_bills: bool
    currency: str
    reason: str
    requested_on: date


def create(*, actor: Actor, now: datetime, new: NewRefund, deadline: datetime) -> Refund:
    """Insert a refund whose caller holds the lease until `deadline`.

    :raises django.db.IntegrityError: one was born under this key.
    """
    db.demand_transaction()
    public_id = ids.new("refund")
    return Refund.objects.create(
        public_id=public_id,
        biller_id=new.biller_id,
        payment_id=new.payment_id,
        account_id=new.account_id,
        payer_id=new.payer_id,
        key=new.key,
        request_hash=new.request_hash,
        status=states.SUBMITTING,
        amount_minor=new.amount_minor,
        fee_minor=new.fee_minor,
        credit_minor=new.credit_minor,
        lowers_bills=new.lowers_bills,
        currency=new.currency,
        reason=new.reason,
        requested_at=now,
        requested_on=new.requested_on,
        requested_by_ref=actor.ref,
        requested_by_name=actor.name,
        gateway_key=f"{public_id}-1",
        call_started_at=now,
        call_deadline=deadline,
        next_check_at=deadline,
    )


def transition(*, refund: Refund, to: str, now: datetime) -> str:
    """Move a locked refund in memory; `save_many` writes it.

    :returns: the event word.
    :raises IllegalTransition: the table has no such move.
    """
    event = states.REFUND.event(refund.status, to)
    refund.status = to
    refund.ended_at = now if to in {states.REFUNDED, states.FAILED} else None
    return event


def save_many(*, refunds: Iterable[Refund]) -> None:
    """Write what answers change about locked refunds, in one statement."""
    rows = list(refunds)
    db.update_many(
        "refunds_refund",
        {
            "id": ("bigint", [r.pk for r in rows]),
            "status": ("text", [r.status for r in rows]),
            "gateway_ref": ("text", [r.gateway_ref for r in rows]),
            "next_check_at": ("timestamptz", [r.next_check_at for r in rows]),
            "checks": ("smallint", [r.checks for r in rows]),
            "expected_on": ("date", [r.expected_on for r in rows]),
            "refunded_on": ("date", [r.refunded_on for r in rows]),
            "ended_at": ("timestamptz", [r.ended_at for r in rows]),
            "reason_code": ("text", [r.reason_code for r in rows]),
        },
    )
