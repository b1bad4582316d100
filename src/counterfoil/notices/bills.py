"""What messages about bills have in common: their facts, their one button, and whom to call."""

from __future__ import annotations

from django.utils.translation import gettext as _

from counterfoil.notices import base

Facts = list[tuple[str, str]]


def view_and_pay() -> str:
    """Return the words of the one button where something is to be paid, in the active language."""
    return _("View and Pay")


def about(data: base.Data) -> Facts:
    """Say which invoice it is, and whose. Never what it is for: a mail can be read by others (SC-04)."""
    return [(_("Invoice"), data["invoice_number"]), (_("For"), data["for_whom"])]


def each(data: base.Data, voice: base.Voice) -> Facts:
    """Name every invoice of `lines` with its due date and what is owed, and the sum where there are several."""
    facts = [
        (
            _("Invoice {number} for {whom}, due on {day}").format(
                number=line["invoice_number"], whom=line["for_whom"], day=voice.day(line["due_on"])
            ),
            voice.money(line["open_minor"]),
        )
        for line in data["lines"]
    ]
    if len(facts) > 1:
        facts.append((_("Together"), voice.money(data["total_minor"])))
    return facts


def paid(data: base.Data, voice: base.Voice) -> Facts:
    """Name every invoice of `lines` with what was paid on it."""
    return [
        (_("Invoice {number}").format(number=line["invoice_number"]), voice.money(line["amount_minor"]))
        for line in data.get("lines", ())
    ]


def reason(data: base.Data) -> Facts:
    """Say why, where staff wrote it down."""
    return [(_("Reason"), data["reason"])] if data.get("reason") else []


def button(data: base.Data, voice: base.Voice) -> tuple[str, str]:
    """Lead to the invoice: to pay it while something is owed."""
    words = view_and_pay() if data["open_minor"] else _("See the Invoice")
    return words, voice.address(data["link"])


def call(data: base.Data) -> str:
    """Say whom to call."""
    return _("Questions? Call {biller} at {phone}.").format(
        biller=data["biller"]["name"], phone=data["biller"]["phone"]
    )
