"""A payment's timeline in plain words, with the codes small for staff."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy

from counterfoil.core.calendar import FED
from counterfoil.desk import refund_view
from counterfoil.notices import reasons
from counterfoil.payments import states
from counterfoil.payments.queries import EventRow, PaymentRow
from counterfoil.refunds import states as refund_states
from counterfoil.refunds.queries import RefundRow
from counterfoil.ui import formats


@dataclass(frozen=True, slots=True)
class Moment:
    """One line: what happened, when (an instant, or a day for what is ahead), and why."""

    title: str
    at: datetime | None
    on: date | None
    note: str
    code: str
    tone: str
    is_ahead: bool = False


_TITLES: Final[Mapping[str, tuple[str | Promise, str]]] = {
    "payment.submitted": (gettext_lazy("Submitted"), "ok"),
    "payment.validated": (gettext_lazy("Bank account confirmed by two small amounts"), "ok"),
    "payment.reminded": (gettext_lazy("Reminder: the two small amounts are still to be typed in"), "quiet"),
    "payment.accepted": (gettext_lazy("Accepted by the bank, pending"), "info"),
    "payment.funded": (gettext_lazy("Money arrived"), "ok"),
    "payment.settled": (gettext_lazy("Paid"), "ok"),
    "payment.recorded": (gettext_lazy("Recorded"), "ok"),
    "payment.unknown": (gettext_lazy("No answer yet: we are asking the bank"), "warn"),
    "payment.action_needed": (gettext_lazy("The payer must confirm with the bank"), "warn"),
    "payment.declined": (gettext_lazy("Declined"), "bad"),
    "payment.returned": (gettext_lazy("Returned by the bank"), "bad"),
    "payment.canceled": (gettext_lazy("Canceled"), "quiet"),
    "refund.requested": (gettext_lazy("Refund of %(amount)s begun"), "info"),
    "refund.accepted": (gettext_lazy("The gateway has the refund of %(amount)s"), "info"),
    "refund.unknown": (gettext_lazy("No answer about the refund yet: we are asking the gateway"), "warn"),
    "refund.paid": (gettext_lazy("%(amount)s refunded"), "ok"),
    "refund.failed": (gettext_lazy("The refund of %(amount)s did not go through"), "bad"),
    "refund.came_back": (gettext_lazy("The refund of %(amount)s came back from the bank"), "bad"),
    "payment.refunded": (gettext_lazy("All of it is refunded"), "quiet"),
    "payment.refund_undone": (gettext_lazy("Paid again, for a refund came back"), "info"),
}


def of(*, payment: PaymentRow, events: Sequence[EventRow], refunds: Sequence[RefundRow] = ()) -> list[Moment]:
    """Return what happened, oldest first, then what is expected. `refunds` are those that events tell of."""
    by_ref = {refund.public_id: refund for refund in refunds}
    return [
        *(_happened(event, payment, by_ref) for event in events),
        *_ahead(payment),
        *(_refund_ahead(refund) for refund in refunds if refund.status == refund_states.PENDING),
    ]


def _refund_ahead(refund: RefundRow) -> Moment:
    title = _("%(amount)s refunded") % {"amount": formats.money(refund.total_minor, currency=refund.currency)}
    return Moment(title, None, refund.expected_on, "", "", "quiet", is_ahead=True)


def _happened(event: EventRow, payment: PaymentRow, refunds: Mapping[str, RefundRow]) -> Moment:
    title, tone = _TITLES.get(
        event.event, (event.event.partition(".")[2].replace("_", " ").capitalize(), "quiet")
    )
    note, code = _reason(event, payment)
    if event.event.startswith("refund."):
        amount = formats.money(int(event.details.get("amount_minor", 0)), currency=payment.currency)
        title = str(title) % {"amount": amount}
        refund = refunds.get(str(event.details.get("refund", "")))
        if event.event == "refund.requested" and refund is not None and refund.requested_by_name:
            note = _("By %(name)s") % {"name": refund.requested_by_name}
    return Moment(title=str(title), at=event.at, on=None, note=note, code=code, tone=tone)


def _reason(event: EventRow, payment: PaymentRow) -> tuple[str, str]:
    details: Mapping[str, Any] = event.details
    code = str(details.get("code", ""))
    if event.event == "payment.submitted":
        return (
            _("By %(name)s") % {"name": payment.submitted_by_name} if payment.submitted_by_name else "",
            "",
        )
    if event.event == "payment.declined":
        return reasons.decline(str(details.get("class", ""))), code
    if event.event == "payment.returned":
        why = reasons.ach_return(code)
        return why[:1].upper() + why[1:] + ".", code
    if event.event in {"refund.failed", "refund.came_back"}:
        return refund_view.failure(code), code
    return "", code


def _ahead(payment: PaymentRow) -> list[Moment]:
    if payment.status != states.PENDING:
        return []
    ahead = []
    if payment.funded_on is None:
        ahead.append((_("Money arrives"), FED.next(payment.effective_on)))
    if payment.paid_on is not None:
        ahead.append((_("Counts as Paid"), payment.paid_on))
    return [Moment(title, None, on, "", "", "quiet", is_ahead=True) for title, on in ahead]
