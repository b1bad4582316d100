"""The page Sharing as values: what I share, what is shared with me, and helpers, each with what can be done."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from counterfoil.core.actor import Actor
from counterfoil.invoices.queries import PartRow
from counterfoil.sharing import states
from counterfoil.sharing.queries import HelperRow, ShareRow
from counterfoil.ui import formats


@dataclass(frozen=True, slots=True)
class Paid:
    """One person's part of a bill, and what came of it."""

    name: str
    amount_minor: int
    paid_minor: int
    status: str


@dataclass(frozen=True, slots=True)
class Contribution:
    """What somebody else paid of a bill, or has on its way to it."""

    name: str
    amount_minor: int
    status: str


@dataclass(frozen=True, slots=True)
class ShownShare:
    """One share as the page lists it; addresses are empty where there is nothing to do."""

    share: ShareRow
    what: str
    part: str
    status: str
    paid: Paid | None
    url: str
    end_url: str


@dataclass(frozen=True, slots=True)
class ShownHelper:
    """One access as the page lists it."""

    helper: HelperRow
    may: str
    status: str
    url: str
    end_url: str


@dataclass(frozen=True, slots=True)
class Place:
    """An account that can be shared: where asking and giving access begin."""

    for_whom: str
    account_number: str
    biller_name: str
    ask_url: str
    give_url: str


def percent(percent_bp: int) -> str:
    """Return hundredths of a percent as people read them: `50%`, `33.33%`."""
    whole, rest = divmod(percent_bp, 100)
    return f"{whole}.{rest:02d}".rstrip("0") + "%" if rest else f"{whole}%"


def part_words(share: ShareRow) -> str:
    """Return what was asked: an amount, or a percentage."""
    if share.percent_bp:
        return percent(share.percent_bp)
    return formats.money(share.amount_minor, currency=share.currency)


def what_words(share: ShareRow) -> str:
    """Return which bills are shared."""
    if share.invoice_number:
        return _("Invoice %(number)s") % {"number": share.invoice_number}
    return _("Every bill")


def paid_of(part: PartRow) -> Paid:
    """Return what became of one part: paid, on its way, or not yet."""
    if part.left_minor:
        status = "partly_paid" if part.paid_minor or part.pending_minor else "not_paid_yet"
    else:
        status = "pending" if part.pending_minor else "paid"
    amount = max(part.agreed_minor, part.paid_minor + part.pending_minor)
    return Paid(part.payer_name, amount, part.paid_minor, status)


def contributions(parts: Sequence[PartRow], *, but: Collection[int]) -> list[Contribution]:
    """Return what was paid of a bill by payers other than these: their own payments are listed one by one."""
    others = [part for part in parts if part.payer_id not in but]
    found = [
        (
            Contribution(part.payer_name, part.paid_minor, "paid"),
            Contribution(part.payer_name, part.pending_minor, "pending"),
        )
        for part in others
    ]
    return [each for pair in found for each in pair if each.amount_minor]


def share(row: ShareRow, *, actor: Actor, parts: Mapping[int, Sequence[PartRow]]) -> ShownShare:
    """Return one share as the page lists it."""
    mine = next(
        (part for part in parts.get(row.invoice_id or 0, ()) if part.share_ref == row.public_id), None
    )
    url = reverse("portal-share", args=[row.public_id])
    asked = row.sharer_id in actor.payer_ids() and row.status == states.OFFERED
    return ShownShare(
        share=row,
        what=what_words(row),
        part=part_words(row),
        status=row.status,
        paid=paid_of(mine) if mine is not None and mine.is_live else None,
        url=url,
        end_url=reverse("portal-share-end", args=[row.public_id]) if row.is_standing and not asked else "",
    )


def helper(row: HelperRow, *, actor: Actor, now: datetime) -> ShownHelper:
    """Return one access as the page lists it."""
    is_active = row.is_active(now)
    is_mine = row.helper_id in actor.payer_ids()
    return ShownHelper(
        helper=row,
        may=_("See and pay") if row.may_pay else _("See what is owed"),
        status="active" if is_active else "ended",
        url=reverse("portal-helping", args=[row.public_id]) if is_active and is_mine else "",
        end_url=reverse("portal-helper-end", args=[row.public_id]) if is_active else "",
    )


def is_recent(ended: datetime | None, *, today: date) -> bool:
    """Tell whether something that ended is still listed: for a month."""
    return ended is None or (today - ended.date()).days <= 31
