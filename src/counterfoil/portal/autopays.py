"""Autopay as values for pages: what it takes, when, what it tells, in the words of its owner."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy

from counterfoil.billers import queries as biller_queries
from counterfoil.billers.queries import BillerRow
from counterfoil.schedules import states
from counterfoil.schedules.rows import EnrollmentRow, ScheduledRow
from counterfoil.ui import formats

# Why it is paused, and what brings it back.
PAUSED: Final[dict[str, str | Promise]] = {
    states.BY_PAYER: gettext_lazy("You paused it. Nothing is paid until you resume it."),
    states.FAILURES: gettext_lazy(
        "It is paused because three payments in a row did not go through. Check the payment method, then resume it."
    ),
    states.METHOD: gettext_lazy(
        "It is paused because its payment method cannot be used. Choose another one under Change."
    ),
    states.UNAUTHORIZED: gettext_lazy(
        "It is paused because your bank was told that these payments are not allowed. To go on, choose Change and "
        "agree to it again."
    ),
    states.UNTOLD: gettext_lazy(
        "It is paused because your e-mail address did not take our message about a payment. Check the address in your "
        "profile, then resume it."
    ),
}


@dataclass(frozen=True, slots=True)
class AutopayShown:
    """One enrollment with its words. `may`: the user profile allows to change it; `next`: what it planned next."""

    enrollment: EnrollmentRow
    for_whom: str
    amount: str
    day: str
    telling: str
    why_paused: str
    next: ScheduledRow | None
    until: str
    may: bool

    @property
    def can_skip(self) -> bool:
        """Tell whether the next payment can be left out."""
        return self.may and self.enrollment.is_active and not self.enrollment.skip_next

    @property
    def can_resume(self) -> bool:
        """Tell whether resuming is enough to bring it back."""
        reason = self.enrollment.pause_reason
        return (
            self.may
            and self.enrollment.status == states.PAUSED
            and reason in {states.BY_PAYER, states.FAILURES, states.UNTOLD}
        )


def shown(
    enrollment: EnrollmentRow,
    *,
    scheduled: Sequence[ScheduledRow],
    biller: BillerRow,
    now: datetime,
    may: bool,
) -> AutopayShown:
    """Return an enrollment as pages show it; `scheduled` by day."""
    planned = next((row for row in scheduled if row.enrollment_ref == enrollment.public_id), None)
    today = biller_queries.today(biller=biller, now=now)
    return AutopayShown(
        enrollment=enrollment,
        for_whom=whom(enrollment),
        amount=amount_of(enrollment.rule, enrollment.amount_minor, currency=enrollment.currency),
        day=day_of(enrollment.day_rule, enrollment.day),
        telling=telling_of(
            enrollment.tell_rule,
            enrollment.tell_above_minor,
            enrollment.tell_change_minor,
            currency=enrollment.currency,
        ),
        why_paused=str(PAUSED.get(enrollment.pause_reason, "")) if enrollment.status == states.PAUSED else "",
        next=planned,
        until=formats.instant(planned.cutoff_at, zone=biller.zone, reference=today) if planned else "",
        may=may,
    )


def whom(enrollment: EnrollmentRow) -> str:
    """Return whose bills it pays."""
    if enrollment.account_id is None:
        return _("All my accounts at %(biller)s") % {"biller": enrollment.biller_name}
    return enrollment.for_whom


def amount_of(rule: str, amount_minor: int | None, *, currency: str) -> str:
    """Return how much autopay takes."""
    money = formats.money(amount_minor or 0, currency=currency)
    if rule == states.FIXED:
        return _("%(amount)s each time") % {"amount": money}
    if rule == states.CAPPED:
        return _("Full balance, up to %(amount)s") % {"amount": money}
    return _("Full balance")


def day_of(day_rule: str, day: int | None) -> str:
    """Return when autopay pays."""
    if day_rule == states.DAY_OF_MONTH:
        return _("On day %(day)s of each month") % {"day": day}
    return _("On the due date of each bill")


def telling_of(tell_rule: str, above_minor: int | None, change_minor: int | None, *, currency: str) -> str:
    """Return what its owner is told before."""
    if tell_rule == states.TELL_EVERY:
        return _("Every bill, at least 10 days before")
    parts = []
    if above_minor is not None:
        parts.append(_("above %(amount)s") % {"amount": formats.money(above_minor, currency=currency)})
    if change_minor is not None:
        money = formats.money(change_minor, currency=currency)
        parts.append(_("more than %(amount)s different from the last one") % {"amount": money})
    return _("Only a bill %(when)s") % {"when": _(" or ").join(parts)}
