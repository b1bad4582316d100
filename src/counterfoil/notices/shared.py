"""What messages about shared bills and helpers have in common. They never say what a bill is for (SC-04)."""

from __future__ import annotations

from django.utils.translation import gettext as _

from counterfoil.notices import base

Facts = list[tuple[str, str]]


def about(data: base.Data, voice: base.Voice) -> Facts:
    """Say whose bills it is about, which one, and when it is due."""
    facts = [(_("For"), data["for_whom"])]
    if data.get("invoice_number"):
        facts.append((_("Invoice"), data["invoice_number"]))
    if data.get("due_on"):
        facts.append((_("Due"), voice.day(data["due_on"])))
    return facts


def part(data: base.Data, voice: base.Voice) -> tuple[str, str]:
    """Say what was asked: an amount, or a percentage of every bill with what it comes to where that is known."""
    amount, percent = data["amount_minor"], percent_of(data["percent_bp"])
    if not data["percent_bp"]:
        return _("Share"), voice.money(amount)
    if not amount:
        return _("Share"), _("{percent} of every bill").format(percent=percent)
    return _("Share"), _("{amount} ({percent})").format(amount=voice.money(amount), percent=percent)


def percent_of(percent_bp: int) -> str:
    """Return hundredths of a percent as people read them: `50%`, `33.33%`."""
    whole, rest = divmod(percent_bp, 100)
    return f"{whole}.{rest:02d}".rstrip("0") + "%" if rest else f"{whole}%"


def limits(data: base.Data, voice: base.Voice) -> Facts:
    """Say what a helper may do, how much, and until when."""
    facts = [(_("For"), data["for_whom"])]
    if data["may_pay"]:
        facts += [
            (_("May"), _("See and pay")),
            (_("One payment, at most"), voice.money(data["limit_minor"])),
            (_("All together, at most"), voice.money(data["total_minor"])),
        ]
    else:
        facts.append((_("May"), _("See what is owed")))
    return [*facts, (_("Until"), voice.day(data["until_on"]))]


def call(data: base.Data) -> str:
    """Say whom to call."""
    return _("Questions? Call {biller} at {phone}.").format(
        biller=data["biller"]["name"], phone=data["biller"]["phone"]
    )


def button(data: base.Data, voice: base.Voice) -> tuple[str, str]:
    """Lead to the page Sharing."""
    return _("Open Sharing"), voice.address(data["link"])
