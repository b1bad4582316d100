"""What the notices about scheduled payments and autopay share: facts, and the words for reasons."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.utils.translation import gettext as _, gettext_lazy

from counterfoil.notices import base

REQUIRED: Final = (
    "payer_name", "for_whom", "amount_minor", "currency", "run_on", "method_label", "invoices", "link",
)  # fmt: skip
REQUIRED_AUTOPAY: Final = ("payer_name", "method_label", "rule", "day_rule", "currency", "link")

_CANCELED: Final = {
    "payer": gettext_lazy("You asked us to cancel it."),
    "staff": gettext_lazy("The billing office canceled it."),
    "nothing": gettext_lazy("Nothing is left to pay, so nothing was taken."),
    "skipped": gettext_lazy("You asked us to skip this one payment."),
    "paused": gettext_lazy("Autopay is paused, so nothing is taken."),
    "ended": gettext_lazy("Autopay has ended, so nothing is taken."),
    "changed": gettext_lazy(
        "Autopay or the bill was changed. What is still to be paid is planned anew, and you will be told."
    ),
    "method": gettext_lazy("The payment method cannot be used now, so nothing was taken."),
    "disputed": gettext_lazy(
        "You told us that something is wrong with this bill, so nothing is taken for it."
    ),
    "permission": gettext_lazy("The permission to collect has ended, so nothing is taken."),
    "who_pays": gettext_lazy("Who pays was changed, so nothing is collected."),
    "day": gettext_lazy("The collection day was changed, so nothing is collected on this day."),
    "autopay": gettext_lazy("Autopay pays for this account now, so nothing is collected."),
    "untold": gettext_lazy("Our message about it did not go out in time, so nothing is taken."),
    "late": gettext_lazy("We could not make it on its day. It was not made later without asking you."),
    "part": gettext_lazy("The amount owed has changed, and this biller takes no part payments."),
    "retry": gettext_lazy("The amount owed has changed, so the same amount is not tried again."),
    "fee": gettext_lazy("The fee for paying is lower now, so the same amount is not tried again."),
}


def facts(data: base.Data, voice: base.Voice) -> list[tuple[str, str]]:
    """Return the facts of one scheduled payment."""
    return [
        (_("Date"), voice.day(data["run_on"])),
        (_("Amount"), voice.money(data["amount_minor"])),
        *_fee(data, voice),
        (_("Method"), data["method_label"]),
        (_("For"), data["for_whom"]),
        (_("Invoices"), data["invoices"]),
    ]


def _fee(data: base.Data, voice: base.Voice) -> list[tuple[str, str]]:
    """Return the fee and what both come to; nothing where there is none, as in notices queued before there were any."""
    fee = data.get("fee_minor")
    if not fee:
        return []
    return [(_("Fee"), voice.money(fee)), (_("Total"), voice.money(data["amount_minor"] + fee))]


def total(data: base.Data, voice: base.Voice) -> str:
    """Return amount and fee as one sum: what the payer is charged."""
    return voice.money(data["amount_minor"] + (data.get("fee_minor") or 0))


def autopay_facts(data: base.Data, voice: base.Voice) -> list[tuple[str, str]]:
    """Return the facts of autopay."""
    return [
        (_("For"), data.get("for_whom") or _("All my accounts")),
        (_("Method"), data["method_label"]),
        (_("Amount"), amount_rule(data, voice)),
        (_("Day"), day_rule(data)),
    ]


def amount_rule(data: base.Data, voice: base.Voice) -> str:
    """Return what autopay takes, in words."""
    words: dict[str, Callable[[str], str]] = {
        "full": lambda _amount: _("The full balance"),
        "fixed": lambda amount: _("{amount} of each bill, or less if less is owed").format(amount=amount),
        "capped": lambda amount: _("The full balance up to {amount}; above it we ask").format(amount=amount),
    }
    return words[data["rule"]](voice.money(data.get("amount_minor") or 0))


def day_rule(data: base.Data) -> str:
    """Return when autopay takes it, in words."""
    if data["day_rule"] == "due_date":
        return _("On the due date, or the next bank day")
    return _("On day {day} of each month, or the next bank day").format(day=data.get("day") or 1)


def canceled(reason: str) -> str:
    """Return why a scheduled payment is not made."""
    return str(_CANCELED.get(reason, _("It is not made.")))


def questions(data: base.Data) -> str:
    """Return whom to call."""
    return _("Questions? Call {biller} at {phone}.").format(
        biller=data["biller"]["name"], phone=data["biller"]["phone"]
    )
