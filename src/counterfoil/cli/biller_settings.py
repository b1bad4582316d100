"""What one biller can set, as an operator reads and writes it: `portal.sharing=off`."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any, Final, TypeAlias

from counterfoil.billers import settings

Changes: TypeAlias = dict[str, dict[str, Any]]
"""Values by section and name."""

WORDS: Final = {"on": True, "off": False}
# A test holds this against the sections: nothing is left out, nothing is left over.
ABOUT: Final[dict[str, dict[str, str]]] = {
    "portal": {
        "portal_on": "Payers see and pay bills in the portal, and are told of new ones",
        "prepayment_allowed": "More than what is owed can be paid",
        "credit_applies_by_itself": "Credit pays what is open without being asked",
        "schedule_payment": "A payment can be set for a later date",
        "autopay_on": "Autopay can be started, and plans payments",
        "partial_payment_allowed": "Less than what is owed can be paid",
        "sharing": "Payers share bills and give helpers access; never where a collector bills",
        "collects": "What is owed is collected from payers who chose and permitted that",
        "collection_days": "Days of the month on which that is done, 31: the last one; such as 5,20",
    },
    "payments": {
        "gateway_on": "Payments are taken through the gateway",
        "paid_after_bank_days": "Bank days after which a debit counts as Paid, 0 to 60",
        "min_card_minor": "Smallest card payment, in cents; a smaller rest can be paid",
        "receipt_by_email": "Receipts are mailed",
        "receipt_note": "The biller's own words on receipts, at most 500 letters",
        "schedule_cutoff_hour": "Until this hour of the day before, what is set for later can be changed",
        "schedule_days_ahead": "How many days ahead a payment can be set, 1 to 730",
        "card_fee_minor": "Flat fee of a card payment made by choice, in cents, up to 2500; never of autopay",
        "wallet_fee_minor": "The same for a wallet such as PayPal; needs wallet_fee_permission",
        "wallet_fee_permission": "Where the wallet's provider permits a fee; none: no fee",
        "fee_basis": "A collector's basis for fees: clause or law, and who approved it; none: no fee",
    },
    "notices": {
        "due_soon_days": "Days before the due date: due soon; 0: not sent",
        "overdue_1_days": "Days after it: past due; 0: not sent",
        "overdue_2_days": "The second time",
        "overdue_3_days": "The third time",
        "from_hour": "Reminders go out from this hour of the biller's day on, 8 or later",
        "until_hour": "And no more from this one on, 20 or earlier",
    },
}


class Unreadable(Exception):
    """What was typed is no setting; the message says what one looks like."""


def parse(assignments: Iterable[str]) -> Changes:
    """Return what `SECTION.NAME=VALUE` asks for, each value of its setting's kind.

    :raises Unreadable: no such setting, one named twice, or a value of another kind.
    """
    found: Changes = {}
    for text in assignments:
        path, equals, value = text.partition("=")
        section, _, name = path.partition(".")
        if not equals:
            raise Unreadable(
                f"{text} says nothing to set: write SECTION.NAME=VALUE, such as portal.sharing=off."
            )
        presets = _presets(section)
        if name not in presets:
            raise Unreadable(f"There is no setting {path}. Without one, all are shown.")
        if name in found.setdefault(section, {}):
            raise Unreadable(f"{path} is named twice.")
        found[section][name] = _value(path, value.strip(), presets[name])
    return found


def shown(value: Any) -> str:
    """Return a value as it can be typed."""
    if isinstance(value, bool):
        return "on" if value else "off"
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


def lines(section: str, document: settings.Section) -> list[str]:
    """Return a section's settings, one a line, with the preset where it is another."""
    found = []
    for name, preset in _presets(section).items():
        value = getattr(document, name)
        other = f"  (preset: {shown(preset) or 'none'})" if value != preset else ""
        found.append(f"{section}.{name}={shown(value)}{other}")
    return found


def as_page() -> str:
    """Return all of them as a page of documentation."""
    parts = [
        "# What one biller can set",
        "",
        "Printed from the program. `counterfoil settings BILLER` shows what holds,",
        "`counterfoil settings BILLER portal.sharing=off payments.min_card_minor=1000` changes it: all of it or, when",
        "one value cannot be, nothing. Every change is in the audit log. The section `notices` is also in the desk",
        "under Connect Center > Reminders; the others are not in the desk yet.",
        "",
        "| setting | preset | what it is |",
        "|---|---|---|",
    ]
    for section, about in ABOUT.items():
        for name, preset in _presets(section).items():
            value = f"`{shown(preset)}`" if shown(preset) else "none"
            parts.append(f"| `{section}.{name}` | {value} | {about[name]} |")
    return "\n".join(parts) + "\n"


def _presets(section: str) -> dict[str, Any]:
    if section not in settings.SECTIONS:
        raise Unreadable(f'There is no section "{section}": they are {", ".join(settings.SECTIONS)}.')
    return {field.name: field.default for field in dataclasses.fields(settings.SECTIONS[section])}


def _value(path: str, text: str, preset: Any) -> Any:
    if isinstance(preset, bool):
        if text.lower() not in WORDS:
            raise Unreadable(f'{path} is on or off, not "{text}".')
        return WORDS[text.lower()]
    if isinstance(preset, int):
        return _number(path, text, "a whole number")
    if isinstance(preset, tuple):
        parts = [part.strip() for part in text.split(",")] if text else []
        return tuple(_number(path, part, "whole numbers with commas between them") for part in parts)
    return text


def _number(path: str, text: str, kind: str) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > 9:
        raise Unreadable(f'{path} is {kind}, not "{text}".')
    return int(text)
