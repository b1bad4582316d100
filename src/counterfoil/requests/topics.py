"""What a request can be about: an invoice or a payment, and which of the usual things it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _, pgettext_lazy

INVOICE, PAYMENT = "invoice", "payment"
KINDS: Final = (INVOICE, PAYMENT)

Labels = Mapping[str, str | Promise]

OF_INVOICE: Final[Labels] = {
    "charge": _("I do not understand a charge"),
    "wrong": _("I think something on it is wrong"),
    "paid_already": _("I have paid it already"),
    "more_time": _("I need more time to pay"),
    "other": pgettext_lazy("topic of a request", "Something else"),
}
OF_PAYMENT: Final[Labels] = {
    "not_mine": _("I did not make this payment"),
    "amount": _("The amount is wrong"),
    "twice": _("I paid twice"),
    "not_counted": _("The money left my account, but the bill is still open"),
    "other": pgettext_lazy("topic of a request", "Something else"),
}
OF: Final[Mapping[str, Labels]] = {INVOICE: OF_INVOICE, PAYMENT: OF_PAYMENT}


def label(kind: str, topic: str) -> str:
    """Return a topic in words, in the active language; one that is gone in its own words."""
    found = OF.get(kind, {}).get(topic)
    return topic.replace("_", " ").capitalize() if found is None else str(found)
