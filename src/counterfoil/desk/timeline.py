"""A payment's timeline in plain words, with the codes small for staff."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy

from counterfoil.core.calendar import FED
from counterfoil.notices import reasons
from counterfoil.payments import states
from counterfoil.payments.queries import EventRow, PaymentRow


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
}


def of(*, payment: PaymentRow, events: Sequence[EventRow]) -> list[Moment]:
    """Return what happened, oldest first, then what is expected."""
    return [*(_happened(event, payment) for event in events), *_ahead(payment)]


def _happened(event: EventRow, payment: PaymentRow) -> Moment:
    title, tone = _TITLES.get(
        event.event, (event.event.partition(".")[2].replace("_", " ").capitalize(), "quiet")
    )
    note, code = _reason(event, payment)
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
