"""Staff give money of a payment back, to the method it came from: one guided act (product.md, desk).

What goes back is taken at once out of the payer's credit, then out of what it paid, so that nothing else spends it;
the bills are owed again, or lowered by the same amount where staff choose that. Then the gateway is asked, outside any
transaction, and what it says is recorded by the one door (`record`).

How it fails: two clicks give it back twice (one refund for a form's key); two people at once give more than there is
(the payment is held, the database refuses above its amount); credit is spent meanwhile (what was reviewed is compared
under the locks: shown anew); the caller dies before or after the call, or the answer is lost (the worker asks, and
fences what the gateway does not know); the gateway refuses (it is the payer's credit); the money goes and comes back
(the same); the bank returns the payment afterwards (both are in the books, as money that is out twice); the method
was deleted meanwhile (a refund goes by the charge's own reference).
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import IntegrityError
from django.utils.translation import gettext as _

from counterfoil.audit import operations as audit_operations
from counterfoil.core import db, errors
from counterfoil.core.actor import Actor
from counterfoil.flows.payments import work
from counterfoil.flows.payments.work import Work
from counterfoil.flows.refunds import calls, plan as plans, record
from counterfoil.flows.refunds.plan import Part, Plan
from counterfoil.identity import permissions
from counterfoil.invoices import operations as invoice_operations, queries as invoice_queries
from counterfoil.invoices.queries import InvoicePart
from counterfoil.ledger import operations as ledger_operations, postings
from counterfoil.methods import queries as method_queries
from counterfoil.payments import operations as payment_operations, queries as payment_queries, states
from counterfoil.payments.operations import NewEvent
from counterfoil.payments.queries import Allocation, PaymentRow
from counterfoil.refunds import operations as refund_operations, queries as refund_queries
from counterfoil.refunds.operations import NewRefund
from counterfoil.refunds.queries import Refund

LEASE: Final = timedelta(minutes=1)
REASON_LENGTH: Final = 200
KEY_ONCE: Final = "refund_key_once"
# The code of a refusal that another review does not help with.
USED: Final = "form_used"
# Money that came outside every gateway goes back outside it.
BY_HAND: Final = ("import", "hand")


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to go back. `lowers_bills`: what it paid is not owed again. `key` is the form's, `seen` the review's."""

    amount_minor: int
    gives_fee_back: bool
    lowers_bills: bool
    reason: str
    key: str = ""
    seen: str = ""

    @property
    def hash(self) -> str:
        """What tells the same form with other content from a second click."""
        parts = (str(self.amount_minor), str(self.gives_fee_back), str(self.lowers_bills), self.reason)
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def refundable_minor(payment: PaymentRow) -> int:
    """Return what of a payment's amount can still be given back, in minor units; 0 where it cannot be."""
    can = payment.status == states.SETTLED and payment.origin not in BY_HAND
    return payment.amount_minor - payment.refunded_minor if can else 0


def review(*, actor: Actor, ref: str, wish: Wish) -> Plan:
    """Return where the money would be taken from.

    :raises errors.NotFound: not a payment the actor sees.
    :raises errors.NotPermitted: the role may not give money back.
    :raises errors.Invalid: an amount that cannot be; `field` names it.
    :raises errors.Stale: the payment is not Paid, or its gateway gives nothing back.
    """
    payment = _demand(actor, ref)
    _check(payment, wish)
    parts = [Part(*part) for part in payment_queries.list_live_parts(payment_id=payment.id)]
    left_over = payment.amount_minor - payment.refunded_minor - sum(part.amount_minor for part in parts)
    made = _plan(payment.fee_minor - payment.refunded_fee_minor, left_over, parts, wish)
    invoices = invoice_queries.list_by_ids(
        actor=actor, invoice_ids=[part.invoice_id for part in made.invoices]
    )
    _demand_own_bills({row.payer_id for row in invoices}, payment.payer_id, wish)
    return made


def run(*, actor: Actor, now: datetime, ref: str, wish: Wish) -> str:
    """Give it back as reviewed; return the refund's public id, whatever became of it so far. The same key: the same.

    :raises errors.NotFound: not a payment the actor sees.
    :raises errors.NotPermitted: the role may not give money back.
    :raises errors.Invalid: an amount that cannot be; `field` names it.
    :raises errors.Stale: it cannot be given back, or not as it was reviewed.
    """
    payment = _demand(actor, ref)
    known = _known(payment.id, wish)
    if known is None:
        _check(payment, wish)
        try:
            refund = db.in_transaction(lambda: _birth(actor, now, payment, wish))
        except IntegrityError as error:
            if KEY_ONCE not in str(error):
                raise
            return _known(payment.id, wish) or ""
        if isinstance(refund, str):
            return refund
        answers = calls.send(refund_id=refund.pk)
        # Where somebody holds the rows for too long, the worker asks for the outcome a minute later.
        with suppress(db.Busy):
            record.run(actor=actor, now=now, answers=answers, source="answer")
        return refund.public_id
    return known


def _demand(actor: Actor, ref: str) -> PaymentRow:
    payment = payment_queries.get(actor=actor, public_id=ref)
    actor.demand_staff(permissions.REFUND_PAYMENTS, biller_id=payment.biller_id)
    return payment


def _check(payment: PaymentRow, wish: Wish) -> None:
    if payment.status != states.SETTLED:
        raise errors.Stale(_("Only a payment that is Paid can be given back."))
    if payment.origin in BY_HAND or not calls.can(payment_id=payment.id):
        raise errors.Stale(_("This payment did not come through a gateway that can give it back."))
    if not 0 < wish.amount_minor <= refundable_minor(payment):
        raise errors.Invalid(
            _("Type an amount above zero, and not more than can be given back."), field="amount"
        )
    if len(wish.reason) > REASON_LENGTH:
        raise errors.Invalid(_("Please use at most 200 letters."), field="reason")


def _known(payment_id: int, wish: Wish) -> str | None:
    found = refund_queries.find_by_key(payment_id=payment_id, key=wish.key)
    if found is None:
        return None
    if found[1] != wish.hash:
        raise errors.Stale(_("This form was used already. Please open it again."), code=USED)
    return found[0]


def _plan(fee_minor: int, left_over_minor: int, parts: Sequence[Part], wish: Wish) -> Plan:
    return plans.make(
        amount_minor=wish.amount_minor,
        fee_minor=fee_minor if wish.gives_fee_back else 0,
        left_over_minor=left_over_minor,
        parts=parts,
    )


def _birth(actor: Actor, now: datetime, payment: PaymentRow, wish: Wish) -> Refund | str:
    """Take the money out of what it paid and write the refund down, or return the one of a first click."""
    item = work.lock(payment_ids=[payment.id], now=now)[payment.id]
    known = _known(payment.id, wish)
    if known is not None:
        return known
    held = item.payment
    if held.status != states.SETTLED or wish.amount_minor > held.amount_minor - held.refunded_minor:
        raise errors.Stale(_("This payment changed meanwhile. Please check it again."))
    parts = [Part(a.pk, a.invoice_id, a.kind, a.amount_minor) for a in item.allocations]
    made = _plan(held.fee_minor - held.refunded_fee_minor, item.left_over_minor, parts, wish)
    if made.digest != wish.seen:
        raise errors.Stale(_("This payment changed meanwhile. Please check it again."))
    payers = {item.invoices[part.invoice_id].payer_id for part in made.invoices}
    _demand_own_bills(payers, held.payer_id, wish)
    if held.method_id is not None:
        # Nobody changes what its gateway is opened with meanwhile (`change_connection`).
        method_queries.lock(method_ids=[held.method_id])
    refund = refund_operations.create(actor=actor, now=now, new=_new(item, made, wish), deadline=now + LEASE)
    held.refunded_minor += made.amount_minor
    held.refunded_fee_minor += made.fee_minor
    payment_operations.save_refunded(payments=[held])
    _take(item, made)
    _post(item, refund, made, lowers_bills=wish.lowers_bills, now=now)
    _write_down(actor, item, refund, now)
    return refund


def _demand_own_bills(addressees: Collection[int], payer_id: int, wish: Wish) -> None:
    """Refuse to lower a bill for a part of it that somebody else took: its addressee would gain by it."""
    if wish.lowers_bills and any(addressee != payer_id for addressee in addressees):
        raise errors.Invalid(
            _("A shared bill is not lowered by a refund. Change it on the invoice itself."),
            field="lowers_bills",
        )


def _new(item: Work, made: Plan, wish: Wish) -> NewRefund:
    payment = item.payment
    return NewRefund(
        biller_id=payment.biller_id,
        payment_id=payment.pk,
        account_id=payment.account_id,
        payer_id=payment.payer_id,
        key=wish.key,
        request_hash=wish.hash,
        amount_minor=made.amount_minor,
        fee_minor=made.fee_minor,
        credit_minor=made.credit_minor,
        lowers_bills=wish.lowers_bills,
        currency=payment.currency,
        reason=wish.reason,
        requested_on=item.today,
    )


def _take(item: Work, made: Plan) -> None:
    """Take the parts out of the invoices; where a part of an allocation stays, it is a new one."""
    by_id: dict[int, Allocation] = {allocation.pk: allocation for allocation in item.allocations}
    for part in made.invoices:
        item.take_back(by_id[part.allocation_id], amount_minor=part.amount_minor)
    payment_operations.release_allocations(marks=[(part.allocation_id, item.today) for part in made.invoices])
    for part in made.invoices:
        if part.rest_minor:
            row = (item.payment.biller_id, item.payment.pk, part.invoice_id, part.rest_minor, item.today)
            payment_operations.allocate(rows=[row], kind=part.kind)


def _post(item: Work, refund: Refund, made: Plan, *, lowers_bills: bool, now: datetime) -> None:
    shares = [(part.invoice_id, part.amount_minor) for part in made.invoices]
    source = record.source_of(item, refund.public_id)
    entries = [
        postings.refund_requested(
            source, shares=shares, credit_minor=made.credit_minor, fee_minor=made.fee_minor
        )
    ]
    if lowers_bills:
        for invoice_id, minor in _by_invoice(shares).items():
            memo = record.source_of(item, f"inv:{invoice_id}:{refund.public_id}")
            entries.append(postings.invoice_credited(memo, invoice_id=invoice_id, amount_minor=minor))
            invoice_operations.change_balances(
                invoice=item.invoices[invoice_id], on=item.today, open_minor=-minor
            )
    ledger_operations.post(entries=entries, now=now)
    touched = {invoice_id: item.invoices[invoice_id] for invoice_id, _minor in shares}
    invoice_operations.save_balances(invoices=touched.values())
    parts: list[InvoicePart] = [part for (i, _payer), part in item.parts.items() if i in touched]
    invoice_operations.save_parts(parts=parts)


def _by_invoice(shares: Sequence[tuple[int, int]]) -> dict[int, int]:
    """Return what comes out of each invoice: one payment can pay it directly, and once more by what it left over."""
    sums: dict[int, int] = {}
    for invoice_id, minor in shares:
        sums[invoice_id] = sums.get(invoice_id, 0) + minor
    return sums


def _write_down(actor: Actor, item: Work, refund: Refund, now: datetime) -> None:
    payment = item.payment
    details = {"refund": refund.public_id, "amount_minor": refund.amount_minor + refund.fee_minor}
    event = NewEvent(payment.biller_id, payment.pk, "refund.requested", details)
    payment_operations.record_events(actor=actor, now=now, events=[event])
    audit_operations.record(
        actor=actor,
        biller_id=payment.biller_id,
        action="refund.requested",
        object_ref=refund.public_id,
        details={
            "payment": payment.public_id,
            "amount_minor": details["amount_minor"],
            "reason": refund.reason,
        },
        now=now,
    )
