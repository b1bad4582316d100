"""What changed since last month, in sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from counterfoil.invoices import changes
from counterfoil.invoices.changes import Change, Difference
from counterfoil.invoices.rows import InvoiceRow, LineRow
from counterfoil.ui import formats


@dataclass(frozen=True, slots=True)
class Changed:
    """How a bill differs from the one before: the sum in one sentence, each part in another."""

    summed: str
    sentences: tuple[str, ...]


def since(
    before: InvoiceRow, old: Sequence[LineRow], now: InvoiceRow, new: Sequence[LineRow], *, today: date
) -> Changed | None:
    """Return what changed, in the active language; None where the lines of one of them are not to be seen."""
    if not old or not new:
        return None
    found = changes.between(old, new)
    by = sum(line.amount_minor for line in new) - sum(line.amount_minor for line in old)
    day = formats.day(before.issued_on, reference=today)
    return Changed(_sum(by, day, now.currency), tuple(_sentence(each, now.currency) for each in found))


def _sum(by: int, day: str, currency: str) -> str:
    words = {
        True: _("This bill is %(amount)s more than the one of %(day)s."),
        False: _("This bill is %(amount)s less than the one of %(day)s."),
    }
    if not by:
        return _("This bill comes to the same as the one of %(day)s.") % {"day": day}
    return words[by > 0] % {"amount": formats.money(abs(by), currency=currency), "day": day}


def _sentence(each: Difference, currency: str) -> str:
    words = {
        Change.ADDED: _("%(what)s is new: %(now)s."),
        Change.GONE: _("%(what)s is not on this bill. It was %(before)s."),
        Change.MORE: _("%(what)s is %(by)s more: %(now)s instead of %(before)s."),
        Change.LESS: _("%(what)s is %(by)s less: %(now)s instead of %(before)s."),
    }
    return words[each.change] % {
        "what": each.what,
        "by": formats.money(each.by_minor, currency=currency),
        "now": formats.money(each.now_minor, currency=currency),
        "before": formats.money(each.before_minor, currency=currency),
    }
