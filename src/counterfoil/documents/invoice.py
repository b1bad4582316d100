"""An invoice as a sheet: who asks whom for what, what came in, what is left, and how to pay."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from django.utils import translation
from django.utils.translation import gettext as _

from counterfoil.documents import engine, letterhead

TEMPLATE: Final = "invoice.typ"

Tone = Literal["ok", "wait", "bad"]


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """One line of what is asked for, formatted. `about` is a second, smaller line."""

    what: str
    amount: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class InvoiceEntry:
    """A payment or credit on the invoice, formatted."""

    day: str
    what: str
    amount: str


@dataclass(frozen=True, slots=True)
class InvoiceData:
    """Everything on an invoice, formatted for one locale when it was frozen.

    `status` is the word the payer's list shows; `tone` is `ok` when paid, `bad` when overdue, else `wait`.
    """

    biller: letterhead.Letterhead
    number: str
    status: str
    tone: Tone
    addressee: str
    issued_on: str
    due_on: str
    lines: tuple[InvoiceLine, ...]
    total: str
    balance: str
    addressee_address: tuple[str, ...] = ()
    account: str = ""
    billed_for: str = ""
    note: str = ""
    entries: tuple[InvoiceEntry, ...] = ()
    how_to_pay: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()


def render(*, data: InvoiceData, rendered_at: datetime, locale: str = "en") -> bytes:
    """Return the invoice as a tagged PDF (PDF/UA-1, PDF/A-2a); the same arguments give the same bytes.

    :raises engine.DocumentFailed: the engine refused.
    """
    with translation.override(locale):
        document = _document(data) | {"lang": letterhead.language(locale)}
    return engine.render(template=TEMPLATE, data=document, rendered_at=rendered_at)


def _document(data: InvoiceData) -> dict[str, Any]:
    return {
        **letterhead.parts(data.biller),
        "title": _("Invoice %(number)s") % {"number": data.number},
        "description": _("Invoice of %(biller)s") % {"biller": data.biller.name},
        "keywords": [_("invoice")],
        "words": _words(),
        "number": data.number,
        "tone": data.tone,
        "status": data.status,
        "note": data.note,
        "due_on": data.due_on,
        "total": data.total,
        "balance": data.balance,
        "addressee": data.addressee,
        "addressee_address": data.addressee_address,
        "facts": _facts(data),
        "lines": [dataclasses.asdict(line) for line in data.lines],
        "entries": [dataclasses.asdict(entry) for entry in data.entries],
        "how_to_pay": data.how_to_pay,
    }


def _words() -> dict[str, str]:
    return {
        "title": _("Invoice"),
        "number": _("Invoice number"),
        "balance": _("Balance"),
        "due": _("Due"),
        "to": _("To"),
        "lines": _("What it is for"),
        "what": _("Description"),
        "amount": _("Amount"),
        "total": _("Total"),
        "entries": _("Payments and credits"),
        "day": _("Date"),
        "how": _("How to pay"),
        "page": _("Page"),
    }


def _facts(data: InvoiceData) -> list[tuple[str, str]]:
    pairs = [
        (_("For"), data.billed_for),
        (_("Account"), data.account),
        (_("Date of invoice"), data.issued_on),
        *data.facts,
    ]
    return [(label, value) for label, value in pairs if value]
