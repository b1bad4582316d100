"""What became of money that goes back, in sentences. The page, the timeline and the receipt all say the same."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.utils.translation import gettext as _

from counterfoil.payments import states as payment_states
from counterfoil.payments.queries import PaymentRow
from counterfoil.refunds import states
from counterfoil.refunds.queries import RefundRow
from counterfoil.ui import formats

# Days after which a refund that left is on every statement.
BANKS_TAKE: Final = 10


@dataclass(frozen=True, slots=True)
class Part:
    """What a refund has of its payment's money: a line among what the payment pays. Minor units."""

    label: str
    note: str
    amount_minor: int


def sentence(refund: RefundRow, payment: PaymentRow, *, reference: date | None) -> str:
    """Return what became of one refund; days have their year unless it is the reference day's."""
    if refund.status in states.IN_FLIGHT:
        return _on_its_way(refund, payment, reference)
    if refund.status == states.REFUNDED and refund.refunded_on is not None:
        day = formats.day(refund.refunded_on, reference=reference)
        if refund.total_minor == payment.total_minor:
            return _("All of it was refunded on %(day)s.") % {"day": day}
        return _("%(amount)s of it was refunded on %(day)s.") % {"amount": _total(refund), "day": day}
    return _failed(refund, payment)


def _on_its_way(refund: RefundRow, payment: PaymentRow, reference: date | None) -> str:
    begun = _("%(biller)s is refunding %(amount)s to %(method)s.") % {
        "biller": payment.biller_name,
        "amount": _total(refund),
        "method": payment.method_label,
    }
    if refund.expected_on is None:
        return begun
    day = formats.day(refund.expected_on, reference=reference)
    expected = _("Expect it by %(day)s.") % {"day": day}
    return f"{begun} {expected}"


def _failed(refund: RefundRow, payment: PaymentRow) -> str:
    said = (
        _("The bank did not take the refund of %(amount)s and sent it back.")
        if has_come_back(refund)
        else _("A refund of %(amount)s did not go through.")
    ) % {"amount": _total(refund)}
    if payment.status == payment_states.RETURNED:
        # The bank took the payment back as well: there is nothing to have to one's credit.
        return said
    credit = formats.money(refund.amount_minor, currency=refund.currency)
    kept = _("%(amount)s became credit with %(biller)s.") % {"amount": credit, "biller": payment.biller_name}
    return f"{said} {kept}"


def has_come_back(refund: RefundRow) -> bool:
    """Tell whether the money had left before the refund failed."""
    return refund.status == states.FAILED and refund.refunded_on is not None


def reopened(refund: RefundRow) -> str:
    """Return how much of what the payment had paid is owed again; empty where nothing is, or the bills were lowered."""
    amount = refund.amount_minor - refund.credit_minor
    if refund.lowers_bills or not amount:
        return ""
    said = _("Of what it had paid, {amount} is open again and can be paid another way.")
    return said.format(amount=formats.money(amount, currency=refund.currency))


def banks_note(payment: PaymentRow) -> str:
    """Return where money that left goes, and that a bank takes its time to show it."""
    said = _("The money goes back to {method}. Banks take up to 10 days to show it.")
    return said.format(method=payment.method_label)


def parts(refunds: Iterable[RefundRow], *, reference: date | None) -> list[Part]:
    """Return what refunds have of a payment, one line each; those that failed have nothing."""
    return [_part(refund, reference) for refund in refunds if refund.status in states.LIVE]


def _part(refund: RefundRow, reference: date | None) -> Part:
    label = _("Refund on its way")
    if refund.refunded_on is not None:
        label = _("Refunded on %(day)s") % {"day": formats.day(refund.refunded_on, reference=reference)}
    notes = [refund.reason]
    if refund.fee_minor:
        fee = formats.money(refund.fee_minor, currency=refund.currency)
        notes.append(_("With the fee of %(fee)s") % {"fee": fee})
    return Part(label, ". ".join(note for note in notes if note), refund.total_minor)


def short(payment: PaymentRow, *, is_on_its_way: bool) -> str:
    """Return what a row of a list says beside the amount; empty where nothing went back, or *Refunded* says it all."""
    refunded = payment.refunded_total_minor
    if not refunded or (payment.status == payment_states.REFUNDED and not payment.kept_minor):
        return ""
    named = {"amount": formats.money(refunded, currency=payment.currency)}
    return (_("%(amount)s being refunded") if is_on_its_way else _("%(amount)s refunded")) % named


def _total(refund: RefundRow) -> str:
    return formats.money(refund.total_minor, currency=refund.currency)
