"""The receipt of a payment (compliance E6): what a payer keeps. Frozen data in, PDF bytes out."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from django.utils import translation
from django.utils.translation import gettext as _

from counterfoil.documents import engine, letterhead

TEMPLATE: Final = "receipt.typ"

Tone = Literal["ok", "wait", "bad", "back"]


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """One invoice that the payment pays a part of; every text is formatted. `about` says for whom."""

    invoice: str
    due: str
    amount: str
    left: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class ReceiptData:
    """Everything on a receipt, formatted for one locale and zone when it was frozen.

    `tone` is `ok` only when the status is Paid, and `back` when all of it was refunded: until then the sheet never says
    *paid*. `status_note` tells in a sentence what the status means, with the day until which the bank can still return
    a debit. `refunds` are (label, amount) lines of what went back; with the other lines they come to `total`. `facts`
    and `closing` are further (label, value) lines and paragraphs, such as the authorization's number, or what a
    collector must say.
    """

    biller: letterhead.Letterhead
    number: str
    status: str
    tone: Tone
    paid_at: str
    total: str
    payer: str
    method: str
    lines: tuple[ReceiptLine, ...]
    account: str = ""
    billed_for: str = ""
    subtotal: str = ""
    fee: str = ""
    refunds: tuple[tuple[str, str], ...] = ()
    status_note: str = ""
    left_after: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    closing: tuple[str, ...] = ()


def render(*, data: ReceiptData, rendered_at: datetime, locale: str = "en") -> bytes:
    """Return the receipt as a tagged PDF (PDF/UA-1, PDF/A-2a); the same arguments give the same bytes.

    :raises engine.DocumentFailed: the engine refused.
    """
    with translation.override(locale):
        document = _document(data) | {"lang": letterhead.language(locale)}
    return engine.render(template=TEMPLATE, data=document, rendered_at=rendered_at)


def _document(data: ReceiptData) -> dict[str, Any]:
    return {
        **letterhead.parts(data.biller),
        "title": _("Receipt %(number)s") % {"number": data.number},
        "description": _("Receipt of a payment to %(biller)s") % {"biller": data.biller.name},
        "keywords": [_("receipt")],
        "words": _words(data),
        "number": data.number,
        "tone": data.tone,
        "status": data.status,
        "note": data.status_note,
        "paid_at": data.paid_at,
        "total": data.total,
        "facts": _facts(data),
        "lines": [dataclasses.asdict(line) for line in data.lines],
        "sums": _sums(data),
        "closing": [*data.closing, _closing(data)],
    }


def _words(data: ReceiptData) -> dict[str, str]:
    amounts = {
        "ok": _("Amount paid"),
        "back": _("Amount paid"),
        "wait": _("Amount submitted"),
        "bad": _("Amount"),
    }
    return {
        "title": _("Payment receipt"),
        "number": _("Payment number"),
        "amount": amounts[data.tone],
        "details": _("What it is for"),
        "invoice": _("Invoice"),
        "due": _("Due"),
        "paid": _("Amount"),
        "left": _("Left to pay"),
        "total": _("Total"),
        "page": _("Page"),
    }


def _facts(data: ReceiptData) -> list[tuple[str, str]]:
    pairs = [
        (_("Paid by"), data.payer),
        (_("Payment method"), data.method),
        (_("For"), data.billed_for),
        (_("Account"), data.account),
        *data.facts,
    ]
    return [(label, value) for label, value in pairs if value]


def _sums(data: ReceiptData) -> list[tuple[str, str]]:
    sums = []
    if data.fee:
        sums += [(_("Subtotal"), data.subtotal)] if data.subtotal else []
        sums.append((_("Fee"), data.fee))
    return [*sums, *data.refunds, (_("Total"), data.total)]


def _closing(data: ReceiptData) -> str:
    if data.left_after:
        return _("Left to pay on this account after this payment: %(left)s.") % {"left": data.left_after}
    return _("Keep this receipt for your records.")
