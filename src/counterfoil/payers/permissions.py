"""What a user profile can allow in the portal, and the ready-made profiles every biller begins with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext_lazy as _

SEE_INVOICES: Final = "see_invoices"
SEE_LINES: Final = "see_lines"
PAY: Final = "pay"
SAVE_METHODS: Final = "save_methods"
AUTOPAY: Final = "autopay"
DOCUMENTS: Final = "documents"
SHARE: Final = "share"
ASK: Final = "ask"

ALL: Final = (SEE_INVOICES, SEE_LINES, PAY, SAVE_METHODS, AUTOPAY, DOCUMENTS, SHARE, ASK)

LABELS: Final = {
    SEE_INVOICES: _("See invoices"),
    SEE_LINES: _("See what each invoice is for"),
    PAY: _("Pay"),
    SAVE_METHODS: _("Save payment methods"),
    AUTOPAY: _("Set up autopay and schedules"),
    DOCUMENTS: _("See documents"),
    SHARE: _("Share and give access"),
    ASK: _("Ask and dispute"),
}


@dataclass(frozen=True, slots=True)
class ReadyMade:
    """A user profile that comes with every biller."""

    key: str
    name: str
    permissions: tuple[str, ...]


# The names are those staff choose from; they are data of the biller from then on.
READY_MADE: Final = (
    ReadyMade("billing", "Billing", ALL),
    ReadyMade("see-only", "See only", (SEE_INVOICES, SEE_LINES, DOCUMENTS, ASK)),
    ReadyMade("pay-only", "Pay only", (SEE_INVOICES, PAY, SAVE_METHODS)),
    ReadyMade("no-billing", "No billing", (ASK,)),
)
