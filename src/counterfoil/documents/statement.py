"""A statement of account: what was owed, what changed it, and what is owed. Frozen data in, PDF bytes out."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils import translation
from django.utils.translation import gettext as _

from counterfoil.documents import engine, letterhead

TEMPLATE: Final = "statement.typ"


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One line, formatted; either `charge` or `payment` is empty."""

    day: str
    what: str
    charge: str
    payment: str
    balance: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class StatementData:
    """Everything on a statement, formatted for one locale when it was frozen.

    `closing` is the figure at the top, without a sign, and `closing_words` what it is: owed, nothing, or credit;
    `balance` is the same at the end of the lines. `is_settled` tells that nothing is owed.
    """

    biller: letterhead.Letterhead
    payer: str
    period: str
    opening_day: str
    opening: str
    closing_day: str
    closing_on: str
    closing: str
    balance: str
    closing_words: str
    is_settled: bool
    lines: tuple[StatementLine, ...]
    charged: str
    paid: str
    account: str = ""
    billed_for: str = ""
    note: str = ""
    as_of: str = ""
    how_to_pay: str = ""


def render(*, data: StatementData, rendered_at: datetime, locale: str = "en") -> bytes:
    """Return the statement as a tagged PDF (PDF/UA-1, PDF/A-2a); the same arguments give the same bytes.

    :raises engine.DocumentFailed: the engine refused.
    """
    with translation.override(locale):
        document = _document(data) | {"lang": letterhead.language(locale)}
    return engine.render(template=TEMPLATE, data=document, rendered_at=rendered_at)


def _document(data: StatementData) -> dict[str, Any]:
    return {
        **letterhead.parts(data.biller),
        "title": _("Statement, %(period)s") % {"period": data.period},
        "description": _("Statement of account of %(biller)s") % {"biller": data.biller.name},
        "keywords": [_("statement")],
        "words": _words(),
        "tone": "ok" if data.is_settled else "wait",
        "period": data.period,
        "opening_day": data.opening_day,
        "closing_day": data.closing_day,
        "opening": data.opening,
        "closing_on": data.closing_on,
        "closing": data.closing,
        "balance": data.balance,
        "closing_words": data.closing_words,
        "charged": data.charged,
        "paid": data.paid,
        "note": data.note,
        "facts": [(label, value) for label, value in _facts(data) if value],
        "lines": [dataclasses.asdict(line) for line in data.lines],
        "closings": [part for part in (data.how_to_pay, data.as_of) if part],
    }


def _words() -> dict[str, str]:
    return {
        "title": _("Statement of account"),
        "period": _("Period"),
        "closing": _("Closing balance"),
        "opening": _("Opening balance"),
        "lines": _("What changed"),
        "none": _("Nothing changed in this period."),
        "day": _("Date"),
        "what": _("Description"),
        "charge": _("Charges"),
        "payment": _("Payments"),
        "balance": _("Balance"),
        "total": _("Total"),
        "page": _("Page"),
    }


def _facts(data: StatementData) -> list[tuple[str, str]]:
    return [
        (_("For"), data.billed_for),
        (_("Account"), data.account),
        (_("Payer"), data.payer),
    ]
