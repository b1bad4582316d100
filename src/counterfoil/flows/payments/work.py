"""A locked payment while outcomes are being recorded: what it is, what it pays, and what changes about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from counterfoil.audit import operations as audit_operations
from counterfoil.billers import queries as biller_queries
from counterfoil.billers.queries import BillerRow
from counterfoil.core.actor import Actor
from counterfoil.flows.payments import helping
from counterfoil.gateways import base
from counterfoil.invoices import operations as invoice_operations, queries as invoice_queries
from counterfoil.invoices.queries import Invoice, InvoicePart
from counterfoil.payers import queries as payer_queries
from counterfoil.payments import (
    attempt_queries,
    operations as payment_operations,
    policy,
    queries as payment_queries,
    states,
)
from counterfoil.payments.operations import NewEvent
from counterfoil.payments.policy import Money
from counterfoil.payments.queries import Allocation, Payment

# A gateway's code may be of any length; one that does not fit must not stop the others of its commit.
LONGEST_CODE = 40
FIRST_CHECK = timedelta(minutes=1)
ABANDONED_CHECK = timedelta(minutes=30)


@dataclass
class Work:
    """One payment under lock. Everything is decided here in memory; `write` writes it set-based."""

    payment: Payment
    biller: BillerRow
    today: date
    allocations: list[Allocation]
    invoices: dict[int, Invoice]
    parts: dict[tuple[int, int], InvoicePart]
    status_before: str
    source: str = ""
    set_aside: str = ""
    events: list[str] = field(default_factory=list)
    details: dict[str, Any] = field(default_factory=dict)
    money: list[Money] = field(default_factory=list)
    applied: list[int] = field(default_factory=list)
    released: list[int] = field(default_factory=list)

    @property
    def is_changed(self) -> bool:
        """Tell whether anything happened."""
        return bool(self.events)

    @property
    def left_over_settled(self) -> bool:
        """Tell whether this payment settled now with money left over."""
        return bool({Money.CAPTURED, Money.MATURED} & set(self.money)) and self.left_over_minor > 0

    @property
    def left_over_minor(self) -> int:
        """What neither an invoice nor a refund has of this payment."""
        payment = self.payment
        return payment.amount_minor - payment.refunded_minor - sum(a.amount_minor for a in self.allocations)

    @property
    def shares(self) -> list[tuple[int, int]]:
        """What the live allocations pay: invoice id and minor units."""
        return [(a.invoice_id, a.amount_minor) for a in self.allocations]

    def left_of(self, allocation: Allocation) -> int:
        """What is left to pay of an invoice for this payer: the own part, where it is shared."""
        invoice = self.invoices[allocation.invoice_id]
        lefts = {
            payer_id: max(part.agreed_minor - part.paid_minor - part.pending_minor, 0)
            for (invoice_id, payer_id), part in self.parts.items()
            if invoice_id == invoice.pk
        }
        whole = invoice.open_minor - invoice.pending_minor
        return lefts.get(self.payment.payer_id, max(0, whole - sum(lefts.values())))

    def note(self, result: policy.Outcome, source: str) -> None:
        """Take over what the gateway said about itself: its reference, its reasons."""
        self.source = source
        payment = self.payment
        match result:
            case base.Declined(gateway_ref=ref, decline_class=decline_class, code=code):
                self.details = {"class": str(decline_class), "code": code, "ref": ref}
            case base.Returned(gateway_ref=ref, code=code, returned_on=day):
                self.details = {"code": code, "on": day.isoformat(), "ref": ref}
            case base.ActionNeeded(gateway_ref=ref, url=url):
                payment.action_url, self.details = url, {"ref": ref}
            case (
                base.Accepted(gateway_ref=ref)
                | base.Settled(gateway_ref=ref)
                | base.Canceled(gateway_ref=ref)
            ):
                self.details = {"ref": ref}
            case base.Funded(gateway_ref=ref, funded_on=day):
                self.details = {"ref": ref, "on": day.isoformat()}
            case base.Unknown(reason=reason):
                self.details = {"reason": reason[:200]}
            case policy.Unvalidated(why=why):
                self.details = {"code": f"unvalidated_{why}"}
            case _:
                self.details = {}

    def move(self, *, to: str, now: datetime) -> None:
        """Change the status, and give claims up where the payment ended."""
        payment = self.payment
        self.events.append(payment_operations.transition(payment=payment, to=to, now=now))
        payment.gateway_ref = self.details.get("ref") or payment.gateway_ref
        if to == states.DECLINED:
            payment.decline_class, payment.reason_code = (
                self.details["class"],
                self.details["code"][:LONGEST_CODE],
            )
        if to == states.RETURNED or (to == states.CANCELED and "code" in self.details):
            payment.reason_code = self.details["code"][:LONGEST_CODE]
        if to in states.FINISHED:
            self._give_back()

    def account_for(self, money: Money) -> None:
        """Note what the books must say, and change the invoices' caches accordingly."""
        if money == Money.NOTHING:
            return
        self.money.append(money)
        if money == Money.FUNDED:
            self.payment.funded_on = date.fromisoformat(self.details["on"])
            self.events.append("payment.funded")
        if money in {Money.CAPTURED, Money.MATURED}:
            for allocation in self.allocations:
                self._change(
                    allocation, open_minor=-allocation.amount_minor, pending_minor=-allocation.amount_minor
                )
                self.applied.append(allocation.pk)

    def _give_back(self) -> None:
        """Return what this payment claimed or paid to its invoices."""
        was_paid = self.status_before in states.PAID or Money.MATURED in self.money
        for allocation in self.allocations:
            amount = allocation.amount_minor
            if was_paid:
                self._change(allocation, open_minor=amount, helped_minor=-self._helped(allocation, amount))
            else:
                self._change(
                    allocation, pending_minor=-amount, helped_minor=-self._helped(allocation, amount)
                )
            self.released.append(allocation.pk)

    def take_back(self, allocation: Allocation, *, amount_minor: int) -> None:
        """Take minor units back out of an invoice that this payment has paid: they are owed again."""
        self._change(
            allocation, open_minor=amount_minor, helped_minor=-self._helped(allocation, amount_minor)
        )

    def _helped(self, allocation: Allocation, amount_minor: int) -> int:
        """Return what of an amount was paid for somebody else, not on the payer's own share: birth counted it so."""
        is_help = self.payment.origin == helping.ORIGIN and allocation.kind == Allocation.Kind.DIRECT
        return amount_minor if is_help else 0

    def _change(
        self, allocation: Allocation, *, open_minor: int = 0, pending_minor: int = 0, helped_minor: int = 0
    ) -> None:
        invoice_operations.change_balances(
            invoice=self.invoices[allocation.invoice_id],
            on=self.today,
            open_minor=open_minor,
            pending_minor=pending_minor,
        )
        # A shared bill: what this payer took of it, where the payer is not its addressee.
        part = self.parts.get((allocation.invoice_id, self.payment.payer_id))
        invoice_operations.change_part(
            part=part, paid_minor=-open_minor, pending_minor=pending_minor, helped_minor=helped_minor
        )


def lock(*, payment_ids: Sequence[int], now: datetime) -> dict[int, Work]:
    """Lock accounts, invoices and payments, in that order, and return the payments to work on.

    The account of a payment is written once, at birth, and read without a lock. Whoever changes what its payments
    pay holds the account, so the allocations are read under that lock.
    """
    accounts = payment_queries.map_accounts(payment_ids=payment_ids)
    payer_queries.lock_accounts(account_ids=set(accounts.values()))
    allocations: dict[int, list[Allocation]] = {payment_id: [] for payment_id in accounts}
    for allocation in payment_queries.live_allocations(payment_ids=list(accounts)):
        allocations[allocation.payment_id].append(allocation)
    invoice_ids = {allocation.invoice_id for parts in allocations.values() for allocation in parts}
    by_id = {invoice.pk: invoice for invoice in invoice_queries.lock(invoice_ids=invoice_ids)}
    parts = invoice_queries.parts_of(invoices=list(by_id.values()))
    payments = payment_queries.lock(payment_ids=list(accounts))
    billers = biller_queries.list_by_ids(biller_ids={p.biller_id for p in payments})
    return {
        p.pk: Work(
            payment=p,
            biller=billers[p.biller_id],
            today=biller_queries.today(biller=billers[p.biller_id], now=now),
            allocations=allocations[p.pk],
            invoices=by_id,
            parts=parts,
            status_before=p.status,
        )
        for p in payments
    }


def write(*, actor: Actor, works: Sequence[Work], now: datetime) -> None:
    """Write what changed: payments, invoices, allocations, attempts, timeline, audit; one statement a table."""
    changed = [w for w in works if w.is_changed]
    touched = {a.invoice_id: w.invoices[a.invoice_id] for w in changed for a in w.allocations}
    invoice_operations.save_balances(invoices=touched.values())
    # All works of one commit hold the same parts.
    parts = works[0].parts if works else {}
    invoice_operations.save_parts(parts=[part for (i, _), part in parts.items() if i in touched])
    payment_operations.save_many(payments=[w.payment for w in changed])
    payment_operations.apply_allocations(marks=[(i, w.today) for w in changed for i in w.applied])
    payment_operations.release_allocations(marks=[(i, w.today) for w in changed for i in w.released])
    ended = [w for w in changed if w.payment.status not in states.UNRESOLVED]
    payment_operations.end_attempts(
        payment_ids=[w.payment.pk for w in ended], results=[w.payment.status for w in ended], now=now
    )
    _check_again(changed, now)
    payment_operations.record_events(
        actor=actor,
        now=now,
        events=[
            NewEvent(w.payment.biller_id, w.payment.pk, event, w.details)
            for w in changed
            for event in w.events
        ],
    )
    audit_operations.record_many([row for w in works for row in _audit(actor, w, now)])


def _check_again(works: Sequence[Work], now: datetime) -> None:
    """Set when to ask next about what is still open."""
    waits = {
        item.payment.pk: ABANDONED_CHECK if item.payment.status == states.ACTION_NEEDED else FIRST_CHECK
        for item in works
        if item.payment.status in states.UNRESOLVED
    }
    if waits:
        attempts = attempt_queries.list_open_attempts(payment_ids=list(waits))
        payment_operations.postpone_checks(due=[(each, now + waits[each.payment_id]) for each in attempts])


def _audit(actor: Actor, item: Work, now: datetime) -> list[audit_operations.NewEvent]:
    ref, biller_id = item.payment.public_id, item.payment.biller_id
    rows = [
        audit_operations.NewEvent(actor, biller_id, event, ref, {"source": item.source, **item.details}, now)
        for event in item.events
    ]
    if item.set_aside:
        details = {"source": item.source, "why": item.set_aside}
        rows.append(audit_operations.NewEvent(actor, biller_id, "payment.set_aside", ref, details, now))
    return rows
