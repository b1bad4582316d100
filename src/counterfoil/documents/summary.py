"""What was paid in a year, for whom and for what: a sheet to file with one's taxes."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils import translation
from django.utils.translation import gettext as _

from counterfoil.documents import engine, letterhead

TEMPLATE: Final = "summary.typ"


@dataclass(frozen=True, slots=True)
class SummaryPayment:
    """One payment, formatted."""

    day: str
    number: str
    method: str
    amount: str


@dataclass(frozen=True, slots=True)
class SummaryPerson:
    """What was paid for one person, formatted; `kinds` are (what for, amount) and come to `total`."""

    name: str
    account: str
    kinds: tuple[tuple[str, str], ...]
    payments: tuple[SummaryPayment, ...]
    total: str


@dataclass(frozen=True, slots=True)
class SummaryData:
    """Everything on a yearly summary, formatted for one locale when it was frozen."""

    biller: letterhead.Letterhead
    payer: str
    year: str
    total: str
    people: tuple[SummaryPerson, ...]
    note: str = ""
    closing: tuple[str, ...] = ()


def render(*, data: SummaryData, rendered_at: datetime, locale: str = "en") -> bytes:
    """Return the summary as a tagged PDF (PDF/UA-1, PDF/A-2a); the same arguments give the same bytes.

    :raises engine.DocumentFailed: the engine refused.
    """
    with translation.override(locale):
        document = _document(data) | {"lang": letterhead.language(locale)}
    return engine.render(template=TEMPLATE, data=document, rendered_at=rendered_at)


def _document(data: SummaryData) -> dict[str, Any]:
    return {
        **letterhead.parts(data.biller),
        "title": _("Yearly summary %(year)s") % {"year": data.year},
        "description": _("Payments to %(biller)s in one year") % {"biller": data.biller.name},
        "keywords": [_("yearly summary")],
        "words": {
            "title": _("Yearly summary %(year)s") % {"year": data.year},
            "year": _("Year"),
            "paid": _("Paid in %(year)s") % {"year": data.year},
            "payer": _("Paid by"),
            "account": _("Account"),
            "kinds": _("What it was for"),
            "what": _("Description"),
            "payments": _("Payments"),
            "day": _("Date"),
            "number": _("Payment number"),
            "method": _("Method"),
            "amount": _("Amount"),
            "total": _("Total"),
            "none": _("Nothing was paid in this year."),
            "page": _("Page"),
        },
        "year": data.year,
        "total": data.total,
        "payer": data.payer,
        "note": data.note,
        "people": [dataclasses.asdict(person) for person in data.people],
        "closings": list(data.closing),
    }
