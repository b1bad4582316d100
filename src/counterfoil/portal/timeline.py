"""The visible life of a payment in plain words: what happened and when, and what is still ahead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from counterfoil.notices import reasons
from counterfoil.payments import states
from counterfoil.payments.queries import EventRow, PaymentRow
from counterfoil.refunds.queries import RefundRow
from counterfoil.schedules import states as schedule_states
from counterfoil.schedules.rows import ScheduledRow
from counterfoil.ui import formats, refunds as refund_words


@dataclass(frozen=True, slots=True)
class Step:
    """One line; `is_ahead` for what has not happened yet."""

    title: str
    when: str
    note: str = ""
    tone: str = "ok"
    is_ahead: bool = False


def of(  # noqa: PLR0913 - the parts of one life
    payment: PaymentRow,
    events: Sequence[EventRow],
    *,
    zone: str,
    today: date,
    refunds: Sequence[RefundRow] = (),
    planned: ScheduledRow | None = None,
    retry: ScheduledRow | None = None,
) -> tuple[Step, ...]:
    """Return the steps of a payment, oldest first, in the active language; times in the biller's `zone`.

    `refunds` are those that its events tell of; `planned` is what it was scheduled as, where it was; `retry` what tries
    it again, where something does.
    """
    by_ref = {refund.public_id: refund for refund in refunds}
    told = [_step(payment, event, by_ref, zone=zone, today=today) for event in events]
    begun = [_scheduled(planned, zone=zone, today=today)] if planned else []
    return (*begun, *(step for step in told if step is not None), *_ahead(payment, today, retry))


def _scheduled(planned: ScheduledRow, *, zone: str, today: date) -> Step:
    day = formats.day(planned.run_on, reference=today)
    title = _("Scheduled for %(day)s") % {"day": day}
    by = planned.biller_name if planned.origin == schedule_states.PULL else planned.created_by_name
    note = _("By autopay") if planned.enrollment_ref else _("By %(name)s") % {"name": by} if by else ""
    return Step(title, formats.instant(planned.created_at, zone=zone, reference=today), note)


def _step(
    payment: PaymentRow, event: EventRow, refunds: Mapping[str, RefundRow], *, zone: str, today: date
) -> Step | None:
    words = _words(payment, event, refunds, today)
    if words is None:
        return None
    title, note, tone = words
    return Step(title, formats.instant(event.at, zone=zone, reference=today), note, tone)


def _words(
    payment: PaymentRow, event: EventRow, refunds: Mapping[str, RefundRow], today: date
) -> tuple[str, str, str] | None:
    if event.event.startswith("refund."):
        refund = refunds.get(str(event.details.get("refund", "")))
        return None if refund is None else _refund(payment, event.event, refund, today)
    if event.event == "payment.accepted":
        return _accepted(payment, today)
    if event.event == "payment.funded":
        return _("The money arrived"), _returnable(payment, today), "info"
    return _plain(payment).get(event.event)


def _plain(payment: PaymentRow) -> dict[str, tuple[str, str, str]]:
    # What was set for its day is submitted by a job of ours; who set it stands in the step before.
    by = "" if payment.origin in schedule_states.PLANNED else payment.submitted_by_name
    why = reasons.ach_return(payment.reason_code)
    return {
        "payment.submitted": (_("Submitted"), _("By %(name)s") % {"name": by} if by else "", "ok"),
        "payment.settled": (_("Paid"), "", "ok"),
        "payment.recorded": (_("Received by the billing office"), "", "ok"),
        "payment.validated": (_("Bank account confirmed"), _("The two small amounts matched."), "ok"),
        "payment.reminded": (
            _("Reminder sent"), _("The two small amounts are still to be typed in."), "quiet",
        ),
        "payment.unknown": (_("Waiting for an answer"), _("We are confirming this with the bank."), "info"),
        "payment.action_needed": (
            _("PayPal waits for your approval")
            if payment.method_kind == "wallet"
            else _("Your bank wants to confirm"),
            _("Nothing is taken until you approve it."),
            "warn",
        ),
        "payment.declined": (_("Declined"), reasons.decline(payment.decline_class), "bad"),
        "payment.returned": (_("Returned"), _("Your bank sent it back: %(why)s.") % {"why": why}, "bad"),
        "payment.canceled": (_("Canceled"), _("No money moved."), "quiet"),
        "payment.refunded": (_("Refunded"), _("All of this payment was refunded."), "ok"),
        "payment.refund_undone": (_("Paid"), _("A refund came back, so this payment counts as paid again."), "ok"),
    }  # fmt: skip


def _refund(payment: PaymentRow, event: str, refund: RefundRow, today: date) -> tuple[str, str, str] | None:
    """Return the words of one step of a refund; codes and our own looking are not for payers."""
    amount = formats.money(refund.total_minor, currency=refund.currency)
    named = {"amount": amount, "method": payment.method_label}
    failed = refund_words.sentence(refund, payment, reference=today)
    return {
        "refund.requested": (
            _("Refund of %(amount)s begun") % named,
            refund_words.reopened(refund) or _("By %(name)s") % {"name": payment.biller_name},
            "info",
        ),
        "refund.accepted": (
            _("The bank has the refund"),
            _("Expect it by %(day)s.") % {"day": formats.day(refund.expected_on, reference=today)}
            if refund.expected_on
            else "",
            "info",
        ),
        "refund.paid": (_("%(amount)s refunded") % named, _("To %(method)s") % named, "ok"),
        "refund.failed": (_("The refund did not go through"), failed, "bad"),
        "refund.came_back": (_("The refund came back"), failed, "bad"),
    }.get(event)


def _accepted(payment: PaymentRow, today: date) -> tuple[str, str, str]:
    if payment.method_kind != "bank":
        return _("Accepted"), "", "info"
    day = formats.day(payment.effective_on, reference=today)
    title = (
        _("Goes to your bank on %(day)s")
        if payment.effective_on > today
        else _("Sent to your bank on %(day)s")
    )
    return title % {"day": day}, "", "info"


def _ahead(payment: PaymentRow, today: date, retry: ScheduledRow | None) -> tuple[Step, ...]:
    if retry is not None:
        when = formats.day(retry.run_on, reference=today)
        return (Step(_("We try it again"), when, _("The same amount, unless you cancel it."), is_ahead=True),)
    if payment.status == states.PENDING and payment.paid_on is not None:
        day = formats.day(payment.paid_on, reference=today)
        when = _("We expect to hear by %(day)s") % {"day": day}
        return (Step(_("Paid"), when, _returnable(payment, today), is_ahead=True),)
    if payment.status in states.UNRESOLVED:
        return (Step(_("The answer of your bank"), "", is_ahead=True),)
    return ()


def _returnable(payment: PaymentRow, today: date) -> str:
    until = payment.returnable_until
    if until is None or until < today:
        return ""
    return _("It can still come back until %(day)s.") % {"day": formats.day(until, reference=today)}
