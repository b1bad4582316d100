"""What a payment's state means, in sentences. The page, the timeline and the receipt all say the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from counterfoil.notices import reasons
from counterfoil.payments import states
from counterfoil.payments.queries import PaymentRow
from counterfoil.ui import formats


@dataclass(frozen=True, slots=True)
class Telling:
    """The payment's public word with its tone, and a sentence for what it means today (empty: nothing to add)."""

    status: str
    tone: str
    note: str


_TONES = {
    states.SETTLED: "ok",
    states.DECLINED: "bad",
    states.RETURNED: "bad",
    states.CANCELED: "bad",
}


def of(payment: PaymentRow, *, today: date) -> Telling:
    """Return what to say about a payment on the biller's `today`."""
    return Telling(payment.public_status, _TONES.get(payment.status, "wait"), _note(payment, today))


def _note(payment: PaymentRow, today: date) -> str:
    if payment.is_confirming:
        return _("We are confirming this with the bank. You do not need to pay again.")
    if payment.status == states.ACTION_NEEDED:
        return _("Your bank wants you to confirm this payment. Until then nothing is taken.")
    if payment.status == states.PENDING:
        return f"{_expected(payment, today)} {_returnable(payment, today)}".strip()
    if payment.status == states.SETTLED:
        return _returnable(payment, today)
    if payment.status == states.DECLINED:
        return reasons.decline(payment.decline_class)
    if payment.status == states.RETURNED:
        why = reasons.ach_return(payment.reason_code)
        return _("Your bank sent this payment back: %(why)s. What it paid is owed again.") % {"why": why}
    return _("This payment was stopped before any money moved.")


def _expected(payment: PaymentRow, today: date) -> str:
    if payment.paid_on is None or payment.paid_on <= today:
        return ""
    day = formats.day(payment.paid_on, reference=today)
    return _("We expect to count it as paid on %(day)s.") % {"day": day}


def _returnable(payment: PaymentRow, today: date) -> str:
    until = payment.returnable_until
    if until is None or until < today:
        return ""
    return _("Your bank can still send it back until %(day)s.") % {"day": formats.day(until, reference=today)}
