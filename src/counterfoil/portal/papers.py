"""The tab Documents as values: whose statements there are, and of which months and years."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from django.urls import reverse

from counterfoil.billers.queries import BillerRow
from counterfoil.payers.rows import LinkRow, PayerRow
from counterfoil.ui import formats

MONTHS = 12


@dataclass(frozen=True, slots=True)
class Paper:
    """One sheet to download; `is_open` while its month or year is not over."""

    title: str
    url: str
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class Shelf:
    """The sheets about one account, or of one payer."""

    key: str
    title: str
    about: str
    papers: tuple[Paper, ...]


def statements(
    links: Iterable[LinkRow],
    *,
    firsts: Mapping[tuple[int, int], date],
    billers: Mapping[int, BillerRow],
    todays: Mapping[int, date],
) -> tuple[Shelf, ...]:
    """Return the statements of each account since its first entry, at most twelve months, the latest first."""
    shelves = []
    for link in links:
        first = firsts.get((link.account.id, link.payer.id))
        if first is None:
            continue
        biller = billers[link.payer.biller_id]
        today = todays[biller.id]
        shelves.append(
            Shelf(
                key=f"{link.payer.public_id}.{link.account.public_id}",
                title=link.account.holder_name,
                about=f"{link.account.number}, {biller.name}",
                papers=tuple(_statement(link, month, today) for month in months(first, today)),
            )
        )
    return tuple(sorted(shelves, key=lambda shelf: (shelf.title, shelf.key)))


def _statement(link: LinkRow, month: date, today: date) -> Paper:
    first, last = formats.month_of(month)
    url = statement_url(link.payer.public_id, link.account.public_id, first=first, last=last)
    return Paper(formats.month(month), url, is_open=last >= today)


def statement_url(payer_ref: str, account_ref: str, *, first: date, last: date) -> str:
    """Return where the statement of a period is downloaded."""
    query = urlencode({"first": first.isoformat(), "last": last.isoformat()})
    return f"{reverse('portal-statement', args=[payer_ref, account_ref])}?{query}"


def months(first: date, today: date) -> list[date]:
    """Return the first days of the months from today's back to the one of `first`, at most twelve."""
    found: list[date] = []
    month = today.replace(day=1)
    while month >= first.replace(day=1) and len(found) < MONTHS:
        found.append(month)
        month = (month - timedelta(days=1)).replace(day=1)
    return found


def summaries(
    payers: Sequence[PayerRow],
    *,
    years: Iterable[tuple[int, int]],
    billers: Mapping[int, BillerRow],
    todays: Mapping[int, date],
) -> tuple[Shelf, ...]:
    """Return the yearly summaries of each payer, the latest first; none for who has paid nothing yet."""
    paid: dict[int, list[int]] = {}
    for payer_id, year in years:
        paid.setdefault(payer_id, []).append(year)
    return tuple(
        Shelf(
            key=payer.public_id,
            title=billers[payer.biller_id].name,
            about=payer.name,
            papers=tuple(
                Paper(
                    str(year),
                    reverse("portal-summary", args=[payer.public_id, year]),
                    is_open=year >= todays[payer.biller_id].year,
                )
                for year in paid[payer.id]
            ),
        )
        for payer in payers
        if payer.id in paid
    )
