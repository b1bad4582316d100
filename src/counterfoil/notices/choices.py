"""Which messages a payer can turn off, and why the others cannot be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Switch:
    """One thing to be told of or not. `is_on`: what holds until the payer chooses."""

    key: str
    label: str | Promise
    help: str | Promise
    is_on: bool = True
    # May be turned off by one click in a mail, without signing in (RFC 8058; CAN-SPAM).
    by_one_click: bool = False


@dataclass(frozen=True, slots=True)
class Always:
    """Messages that cannot be turned off, and why."""

    label: str | Promise
    why: str | Promise


INVOICES, REMINDERS, PAID = "invoices", "reminders", "paid"

SWITCHES: Final = (
    Switch(INVOICES, _("New invoices"), _("A message for each new invoice, with its amount and due date.")),
    Switch(
        REMINDERS,
        _("Reminders"),
        _("A few days before an invoice is due, and when it is past its due date."),
        by_one_click=True,
    ),
    Switch(
        PAID,
        _("When a bank payment is Paid"),
        _("You get the receipt when you submit. This is one more message, when the bank is done."),
        is_on=False,
    ),
)
BY_KEY: Final = {switch.key: switch for switch in SWITCHES}

ALWAYS: Final = (
    Always(_("Receipts"), _("They are your proof of what you paid.")),
    Always(
        _("Declined and returned payments"),
        _("So that you never think a bill is paid when it is not."),
    ),
    Always(_("Changes to your invoices"), _("So that you always know what you owe.")),
    Always(
        _("Before autopay and other set payments"), _("The law asks us to tell you before money is taken.")
    ),
    Always(
        _("Your access, your payment methods and who can see your bills"),
        _("So that you notice if it was not you."),
    ),
)


def is_on(switch: str, chosen: Mapping[str, bool]) -> bool:
    """Tell whether messages of this switch are wanted; an empty switch is always on."""
    if not switch:
        return True
    return chosen.get(switch, BY_KEY[switch].is_on)
