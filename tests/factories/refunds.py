"""Money given back in a world: reviewed and submitted as the desk does, and what became of it."""

from __future__ import annotations

from dataclasses import replace

from counterfoil.core.actor import WORKER
from counterfoil.flows.refunds import give_back, resolve
from counterfoil.flows.refunds.give_back import Wish
from counterfoil.payments.queries import PaymentRow
from counterfoil.refunds import queries as refund_queries
from counterfoil.refunds.queries import RefundRow
from tests.factories.world import World


def wish(
    world: World,
    payment: PaymentRow,
    amount_minor: int,
    *,
    fee: bool = False,
    lowers: bool = False,
    key: str = "k",
    reason: str = "",
) -> Wish:
    """What staff typed, with what they saw."""
    typed = Wish(amount_minor, gives_fee_back=fee, lowers_bills=lowers, reason=reason, key=key)
    plan = give_back.review(actor=world.staff, ref=payment.public_id, wish=typed)
    return replace(typed, seen=plan.digest)


def give(world: World, payment: PaymentRow, reviewed: Wish) -> RefundRow:
    """Submit what was reviewed; return the refund."""
    ref = give_back.run(actor=world.staff, now=world.now, ref=payment.public_id, wish=reviewed)
    return next(row for row in refunds_of(world, payment) if row.public_id == ref)


def refund(world: World, payment: PaymentRow, amount_minor: int, *, key: str = "k") -> RefundRow:
    """Give back an amount of a payment."""
    return give(world, payment, wish(world, payment, amount_minor, key=key))


def refunds_of(world: World, payment: PaymentRow) -> list[RefundRow]:
    """The refunds of a payment, the oldest first."""
    return refund_queries.list_of(actor=world.staff, payment_ids=[payment.id])[payment.id]


def ask(world: World, **span: float) -> None:
    """Let time pass and the worker ask what became of refunds."""
    world.sandbox.wait(**span)
    resolve.run(actor=WORKER, now=world.now, biller_id=world.biller_id)
