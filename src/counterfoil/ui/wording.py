"""What a payment's state means, in sentences. The page, the timeline and the receipt all say the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _, gettext_lazy

from counterfoil.notices import reasons
from counterfoil.payments import states
from counterfoil.payments.queries import PaymentRow
from counterfoil.refunds.queries import RefundRow
from counterfoil.ui import formats, refunds as refund_words


@dataclass(frozen=True, slots=True)
class Telling:
    """The payment's public word with its tone, and a sentence for what it means today (empty: nothing to add).

    `refunds` are a sentence or two about each of its refunds.
    """

    status: str
    tone: str
    note: str
    refunds: tuple[str, ...] = ()

    @property
    def whole(self) -> str:
        """All of it in one paragraph."""
        return " ".join(part for part in (self.note, *self.refunds) if part)


_TONES = {
    states.SETTLED: "ok",
    states.DECLINED: "bad",
    states.RETURNED: "bad",
    states.CANCELED: "bad",
    states.REFUNDED: "back",
}


WALLET = "wallet"
# Why a payment ended before any money moved, by the reason that `record_results` keeps.
_CANCELED = {
    "": gettext_lazy("This payment was stopped before any money moved."),
    WALLET: gettext_lazy("It was canceled at PayPal, or not approved there in time. No money moved."),
    "unvalidated_late": gettext_lazy(
        "The two small amounts were not typed in within ten days, so this payment was never sent. No money moved."
    ),
    "unvalidated_locked": gettext_lazy(
        "The two small amounts were typed in wrong too often, so this payment was never sent. No money moved."
    ),
    "unvalidated_gone": gettext_lazy(
        "The bank account was taken away before it was confirmed, so this payment was never sent. No money moved."
    ),
    "unvalidated_chosen": gettext_lazy("You canceled this payment before it was sent. No money moved."),
}


def of(
    payment: PaymentRow, *, today: date, refunds: Sequence[RefundRow] = (), on_paper: bool = False
) -> Telling:
    """Return what to say about a payment, and its refunds, on the biller's `today`; days have their year `on_paper`."""
    reference = None if on_paper else today
    said = tuple(refund_words.sentence(refund, payment, reference=reference) for refund in refunds)
    note = _note(payment, today, reference)
    return Telling(payment.public_status, _TONES.get(payment.status, "wait"), note, said)


def _note(payment: PaymentRow, today: date, reference: date | None) -> str:
    match payment.status:
        case states.SUBMITTING | states.UNKNOWN:
            note = _("We are confirming this with the bank. You do not need to pay again.")
        case states.ACTION_NEEDED if payment.method_kind == WALLET:
            note = _("PayPal waits for you to approve this payment. Until then nothing is taken.")
        case states.ACTION_NEEDED:
            note = _("Your bank wants you to confirm this payment. Until then nothing is taken.")
        case states.AWAITING_VALIDATION:
            note = _(
                "We are sending two small amounts to your account. Type them in here when they arrive, in 1 to 2 "
                "bank days. Then this payment is sent by itself. It counts as made on the day you submitted it."
            )
        case states.PENDING | states.SETTLED:
            parts = (_expected(payment, today, reference), _returnable(payment, today, reference))
            note = " ".join(part for part in parts if part)
        case states.REFUNDED:
            note = ""  # what was refunded is said by each refund
        case states.DECLINED:
            note = reasons.decline(payment.decline_class)
        case states.RETURNED:
            why = reasons.ach_return(payment.reason_code)
            note = _("Your bank sent this payment back: %(why)s. What it paid is owed again.") % {"why": why}
        case _:
            reason = WALLET if payment.method_kind == WALLET else payment.reason_code
            note = str(_CANCELED.get(reason, _CANCELED[""]))
    return str(note)


def _expected(payment: PaymentRow, today: date, reference: date | None) -> str:
    if payment.status != states.PENDING or payment.paid_on is None or payment.paid_on <= today:
        return ""
    day = formats.day(payment.paid_on, reference=reference)
    return _("We expect to count it as paid on %(day)s.") % {"day": day}


def _returnable(payment: PaymentRow, today: date, reference: date | None) -> str:
    until = payment.returnable_until
    if until is None or until < today:
        return ""
    day = formats.day(until, reference=reference)
    return _("Your bank can still send it back until %(day)s.") % {"day": day}
