"""What staff give back in a simulated month: parts and wholes, with the fee or without, two people at once.

What must hold beside everything else: nothing goes back twice, or above what was paid; what is on its way back is
spent on nothing else; what does not arrive is the payer's credit; and payers are told of what left, once.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Final, NamedTuple

from counterfoil.core import errors
from counterfoil.flows.refunds import give_back
from counterfoil.flows.refunds.give_back import Wish
from counterfoil.flows.refunds.plan import Plan
from counterfoil.payments.models import Allocation
from tests.simulation import actors
from tests.simulation.oracle import GivenBack, Pair
from tests.simulation.run import Run

# Cards and accounts whose refunds are late, come back, or fail; see the sandbox's table of values.
CARDS: Final = ("4000000000007726", "4000000000005126")
FAILING: Final = "000666666661"
PAYMENTS: Final = """
SELECT p.public_id, p.amount_minor, p.fee_minor, p.status, p.account_id, p.payer_id,
       coalesce((SELECT sum(r.amount_minor)::bigint FROM refunds_refund r
                 WHERE r.payment_id = p.id AND r.status <> 'failed'), 0)
FROM payments_payment p WHERE p.biller_id = %s ORDER BY p.id
"""
NUMBERS: Final = "SELECT id, number FROM invoices_invoice WHERE biller_id = %s"
KEYS: Final = "SELECT key FROM refunds_refund WHERE biller_id = %s"
LEFT: Final = """
SELECT r.public_id, count(e.id) FILTER (WHERE e.kind = 'refund.paid'),
       count(e.id) FILTER (WHERE e.kind = 'refund.came_back')
FROM refunds_refund r LEFT JOIN ledger_entry e ON e.biller_id = r.biller_id AND e.source_ref = r.public_id
WHERE r.biller_id = %s GROUP BY r.id
"""
TOLD: Final = """
SELECT key, split_part(once, ':', 2) FROM notices_notice
WHERE biller_id = %s AND key IN ('payment_refunded', 'refund_came_back')
"""


class Paid(NamedTuple):
    """A payment as staff see it. Amounts in minor units."""

    ref: str
    amount: int
    fee: int
    status: str
    account_id: int
    payer_id: int
    refunded: int

    @property
    def pair(self) -> Pair:
        """Whose it is."""
        return self.account_id, self.payer_id


def pay_in_odd_ways(run: Run) -> None:
    """Somebody pays with what cannot be given back at once, or at all."""
    person = run.random.choice(run.people)
    if run.random.random() < 0.5:
        method = run.world.card(run.random.choice(CARDS), actor=person.actor)
    else:
        method = run.world.bank(FAILING, actor=person.actor)
    actors.pay_as(run, person, method)


def give_some_back(run: Run) -> None:
    """Staff check and submit, sometimes with two clicks, sometimes another one has the same in mind."""
    paid = _choose(run)
    if paid is None:
        return
    wish, plan = _review(run, paid)
    if run.random.random() < 0.2:
        actors.moment(run)
    submit(run, paid.ref, wish, plan)
    if run.random.random() < 0.25:
        submit(run, paid.ref, wish, plan)


def give_back_side_by_side(run: Run) -> None:
    """Two of them look at the same payment, and each gives back what they see."""
    paid = _choose(run)
    if paid is None:
        return
    both = [_review(run, paid) for _ in range(2)]
    for wish, plan in both:
        with suppress(errors.Refused):
            submit(run, paid.ref, wish, plan)


def fault(run: Run) -> None:
    """The gateway is told to misbehave at a refund."""
    actors.misbehave(run, on=("refund", "refund", "look_up", "fence"))


def ask(run: Run) -> None:
    """The worker asks about what is on its way back."""
    run.ask_refunds()


WEIGHTS: Final[tuple[tuple[Callable[[Run], object], int], ...]] = (
    (pay_in_odd_ways, 5), (give_some_back, 16), (give_back_side_by_side, 3), (fault, 6), (ask, 5),
)  # fmt: skip


def _choose(run: Run) -> Paid | None:
    """Return a payment: mostly one that is Paid, now and then one that is not."""
    payments = [Paid(*row) for row in run.rows(PAYMENTS)]
    paid = [payment for payment in payments if payment.status == "settled"]
    some = paid if paid and run.random.random() < 0.9 else payments
    return run.random.choice(some) if some else None


def _review(run: Run, paid: Paid) -> tuple[Wish, Plan]:
    left = paid.amount - paid.refunded
    amount = run.random.choice([left, left, run.random.randint(1, max(1, left)), left + 1])
    wish = Wish(
        amount_minor=amount,
        gives_fee_back=run.random.random() < 0.5,
        lowers_bills=run.random.random() < 0.3,
        reason="",
        key=f"back-{secrets.token_hex(8)}",
    )
    plan = give_back.review(actor=run.world.staff, ref=paid.ref, wish=wish)
    return replace(wish, seen=plan.digest), plan


def submit(run: Run, payment_ref: str, wish: Wish, plan: Plan) -> None:
    """Submit what was reviewed. After a crash nobody was told; staff look whether it is there."""
    try:
        give_back.run(actor=run.world.staff, now=run.now, ref=payment_ref, wish=wish)
    finally:
        if wish.key not in run.oracle.given_back and (wish.key,) in {tuple(row) for row in run.rows(KEYS)}:
            learn(run, payment_ref, wish, plan)


def learn(run: Run, payment_ref: str, wish: Wish, plan: Plan) -> None:
    """Give the oracle what was agreed to: what goes back, and of which bills it is taken."""
    run.oracle.given_back[wish.key] = GivenBack(payment_ref, wish.amount_minor, plan.fee_minor)
    [key] = [
        seen
        for seen, ref in run.rows("SELECT key, public_id FROM payments_payment WHERE biller_id = %s")
        if ref == payment_ref
    ]
    parts, numbers = run.oracle.agreed[key].parts, dict(run.rows(NUMBERS))
    for taken in plan.invoices:
        number = numbers[taken.invoice_id]
        if number in parts and taken.kind == Allocation.Kind.DIRECT:
            parts[number] -= taken.amount_minor
        if wish.lowers_bills:
            pair, total = run.oracle.issued[number]
            run.oracle.issued[number] = (pair, total - taken.amount_minor)


def wrong(run: Run) -> list[str]:
    """What is wrong at any moment: money left or came back more than once, or its payer was not told of it once."""
    told = Counter(tuple(row) for row in run.rows(TOLD))
    found = []
    for ref, left, came_back in run.rows(LEFT):
        if left > 1 or came_back > left:
            found.append(f"{ref} left {left} times, and came back {came_back} times")
        for key, times in (("payment_refunded", left), ("refund_came_back", came_back)):
            if told[key, ref] != times:
                found.append(f"{key} of {ref} was told {told[key, ref]} times, must be {times}")
    return found
