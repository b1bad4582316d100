"""What a message is about, in words that give nothing away: for lists, and for who asks whether it is ours."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# By how the kind's key begins.
_TOPICS: Final[tuple[tuple[str, str | Promise], ...]] = (
    ("invitation", _("Invitation to see and pay bills online")),
    ("invoice_due_soon", _("Reminder about an invoice")),
    ("invoice_overdue", _("Reminder about an invoice")),
    ("invoice", _("An invoice")),
    ("payment_receipt", _("Receipt of a payment")),
    ("payment", _("A payment")),
    ("autopay", _("Autopay")),
    ("schedule", _("A payment on a later date")),
    ("collection", _("A payment on a later date")),
    ("method", _("A payment method")),
    ("request", _("A question or a request")),
    ("share", _("Sharing a bill")),
    ("helper", _("Who can see or pay a bill")),
    ("access", _("Who can see or pay a bill")),
)
_OTHER: Final = _("Your access")


def of(key: str) -> str:
    """Return what messages of this kind are about, in the active language."""
    return str(next((topic for begin, topic in _TOPICS if key.startswith(begin)), _OTHER))
