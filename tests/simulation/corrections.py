"""What staff correct in a simulated month: they void invoices, take something off, or address them to another payer.

What must hold beside everything else: nothing changes while a payment for it is on its way, what was paid is never
lost, nothing is owed or paid on what is void, and everybody is told.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import NamedTuple

from counterfoil.core import db, errors
from counterfoil.flows.invoices import credit, void
from counterfoil.flows.payments import prepare, submit
from counterfoil.flows.payments.orders import Mode, PayOrder, Submission
from counterfoil.flows.schedules import readdress_invoice
from counterfoil.payers import operations as payer_operations
from counterfoil.payers.drafts import NewLink
from tests.simulation import later
from tests.simulation.oracle import Agreed, Pair
from tests.simulation.run import Person, Run

INVOICES = """
SELECT public_id, number, status, total_minor, open_minor, pending_minor, account_id, payer_id FROM invoices_invoice
WHERE biller_id = %s ORDER BY id
"""
PAID_VOID = """
SELECT i.number FROM invoices_invoice i WHERE i.biller_id = %s AND i.status = 'void'
AND (i.open_minor <> 0 OR i.pending_minor <> 0
     OR EXISTS (SELECT FROM payments_allocation a WHERE a.invoice_id = i.id AND a.released_on IS NULL))
"""


class Bill(NamedTuple):
    """An invoice as anybody may see it. Amounts in minor units."""

    ref: str
    number: str
    status: str
    total: int
    open: int
    pending: int
    account_id: int
    payer_id: int

    @property
    def pair(self) -> Pair:
        """Whose it is."""
        return self.account_id, self.payer_id


@dataclass
class Office:
    """Staff who correct bills; the other payer of the account; and of what somebody must have been told."""

    son: Person
    payer_refs: dict[int, str]
    told: list[tuple[str, str, int]] = field(default_factory=list)

    @property
    def acts(self) -> tuple[tuple[Callable[[Run], object], int], ...]:
        """What staff correct, and how often."""
        return (self.void, 5), (self.take_off, 5), (self.readdress, 4)

    def void(self, run: Run) -> None:
        """Staff take an invoice back, sometimes with two clicks; what was paid on it becomes credit."""
        opened = _mostly_at_rest(run)
        if not opened:
            return
        bill = run.random.choice(opened)
        if run.random.random() < 0.5:
            _pay_half(run, bill)
            bill = _fresh(run, bill)
        # What the worker's payments are for is known as long as it stands.
        later.seen_by(run)
        try:
            for _ in range(run.random.choice([1, 1, 2])):
                void.run(actor=run.world.staff, now=run.now, ref=bill.ref, reason="Moved out")
        finally:
            # After a crash nobody was told; staff look whether it is so.
            if _fresh(run, bill).status == "void":
                assert not bill.pending, f"{bill.number} was voided while a payment was on its way"
                run.oracle.issued[bill.number] = (bill.pair, 0)
                for promise in run.oracle.agreed.values():
                    promise.parts.pop(bill.number, None)
                self.told.append((bill.ref, "invoice_voided", bill.payer_id))

    def take_off(self, run: Run) -> None:
        """Staff take something off, sometimes with two clicks, sometimes more than there is."""
        opened = _mostly_at_rest(run)
        if not opened:
            return
        bill, key = run.random.choice(opened), secrets.token_hex(8)
        most = max(1, bill.open - bill.pending)
        amount = run.random.choice([most, run.random.randint(1, most), run.random.randint(1, most), most + 1])
        try:
            for _ in range(run.random.choice([1, 1, 2])):
                credit.run(
                    actor=run.world.staff, now=run.now, ref=bill.ref, amount_minor=amount, reason="", key=key
                )
        finally:
            taken = bill.open - _fresh(run, bill).open
            assert taken in {0, amount}, f"{taken} came off {bill.number}, {amount} was typed once"
            assert taken <= bill.open - bill.pending, f"{taken} came off {bill.number}, less was left"
            if taken:
                run.oracle.issued[bill.number] = (bill.pair, run.oracle.issued[bill.number][1] - taken)
                self.told.append((bill.ref, "invoice_credited", bill.payer_id))

    def readdress(self, run: Run) -> None:
        """Staff address what nobody has paid anything on to the account's other payer."""
        account_id = run.people[0].pair[0]
        opened = [bill for bill in _open(run) if bill.account_id == account_id and bill.open == bill.total]
        if not opened:
            return
        bill = run.random.choice(opened)
        [to] = self.payer_refs.keys() - {bill.payer_id}
        # Nobody hands one invoice over twice within a second.
        run.wait(timedelta(seconds=1))
        try:
            readdress_invoice.run(
                actor=run.world.staff, now=run.now, ref=bill.ref, payer_ref=self.payer_refs[to]
            )
        finally:
            if _fresh(run, bill).payer_id != bill.payer_id:
                assert not bill.pending, f"{bill.number} changed hands while a payment was on its way"
                run.oracle.issued[bill.number] = ((account_id, to), run.oracle.issued[bill.number][1])
                self.told.append((bill.ref, "invoice_readdressed", to))
                self.told.append((bill.ref, "invoice_handed_over", bill.payer_id))

    def wrong_at_the_end(self, run: Run) -> list[str]:
        """What is wrong once all is quiet: something is owed or paid on what is void, or somebody was not told."""
        told = {
            tuple(row)
            for row in run.rows("SELECT subject_ref, key, payer_id FROM notices_notice WHERE biller_id = %s")
        }
        found = [f"{number} is void, and owed or paid" for (number,) in run.rows(PAID_VOID)]
        return found + [
            f"nobody was told {key} of {ref}"
            for ref, key, *rest in self.told
            if (ref, key, *rest) not in told
        ]


def meet(run: Run) -> Office:
    """Let the payer's son pay for the account too."""
    world = run.world
    account_id, payer_id = world.account_id, world.add_resident("Daniel Whitfield", "daniel@example.test")[1]
    with db.transaction():
        link = NewLink(account_id=account_id, payer_id=payer_id, relation="child", is_default=False)
        payer_operations.link_many(biller_id=world.biller_id, new=[link])
    son = Person(world.payer_actor(payer_id, "Daniel Whitfield"), (account_id, payer_id))
    run.people.append(son)
    refs = dict(run.rows("SELECT id, public_id FROM payers_payer WHERE biller_id = %s"))
    return Office(son, {payer_id: refs[payer_id], world.payer_id: refs[world.payer_id]})


def _open(run: Run) -> list[Bill]:
    return [bill for bill in (Bill(*row) for row in run.rows(INVOICES)) if bill.status == "open"]


def _pay_half(run: Run, bill: Bill) -> None:
    """Its addressee pays half of what is left on it, by a card that is good."""
    person = next(person for person in run.people if person.pair == bill.pair)
    half = max(1, (bill.open - bill.pending) // 2)
    method = run.world.card(actor=person.actor)
    order = PayOrder(bill.payer_id, bill.account_id, method, Mode.INVOICES, ((bill.ref, half),))
    with suppress(errors.Refused):
        quote = prepare.run(actor=person.actor, now=run.now, order=order).quote
        key = f"half-{secrets.token_hex(8)}"
        parts = {share.invoice_number: share.amount_minor for share in quote.shares}
        run.oracle.agreed[key] = Agreed(person.pair, quote.amount_minor, parts, quote.fee_minor)
        submission = Submission(order, scope="form", key=key, seen=quote.digest)
        submit.run(actor=person.actor, now=run.now, submission=submission)


def _mostly_at_rest(run: Run) -> list[Bill]:
    """Return open invoices; mostly those for which nothing is on its way, as staff are told to wait for it."""
    opened = _open(run)
    return [bill for bill in opened if not bill.pending] if run.random.random() < 0.75 else opened


def _fresh(run: Run, bill: Bill) -> Bill:
    return next(found for found in (Bill(*row) for row in run.rows(INVOICES)) if found.ref == bill.ref)
