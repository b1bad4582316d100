"""How each public status looks: its words, its tone and its mark (never the color alone)."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _, pgettext_lazy


@dataclass(frozen=True, slots=True)
class Look:
    """One status as the screens show it; `tone` is one of ok, info, warn, bad, quiet."""

    words: str | Promise
    tone: str
    icon: str


PAYMENT: dict[str, Look] = {
    "scheduled": Look(_("Scheduled"), "info", "calendar"),
    "pending": Look(_("Pending"), "info", "clock"),
    "paid": Look(_("Paid"), "ok", "check"),
    "declined": Look(_("Declined"), "bad", "x"),
    "returned": Look(_("Returned"), "bad", "return"),
    "refunded": Look(_("Refunded"), "quiet", "return"),
    "canceled": Look(_("Canceled"), "quiet", "minus-circle"),
    "disputed": Look(_("Disputed"), "warn", "alert"),
    "action_needed": Look(_("Action needed"), "warn", "alert"),
}

INVOICE: dict[str, Look] = {
    "draft": Look(pgettext_lazy("invoice status", "Draft"), "quiet", "edit"),
    "open": Look(pgettext_lazy("invoice status", "Open"), "info", "file"),
    "partly_paid": Look(_("Partly paid"), "info", "check"),
    "overdue": Look(_("Overdue"), "bad", "alert"),
    "void": Look(pgettext_lazy("invoice status", "Void"), "quiet", "minus-circle"),
    "payment_pending": Look(_("Payment pending"), "info", "clock"),
}

OTHER: dict[str, Look] = {
    "active": Look(_("Active"), "ok", "check"),
    "default": Look(pgettext_lazy("payment method", "Default"), "info", "check"),
    "disabled": Look(_("Disabled"), "quiet", "minus-circle"),
    "deleted": Look(_("Deleted"), "quiet", "x"),
    "expired": Look(_("Expired"), "bad", "alert"),
    "expires_soon": Look(_("Expires soon"), "warn", "clock"),
    "on_hold": Look(_("On hold"), "warn", "minus-circle"),
    "closed": Look(_("Closed"), "quiet", "lock"),
    "skipped": Look(_("Skipped"), "quiet", "arrow-right"),
    "paused": Look(_("Paused"), "warn", "clock"),
    "invited": Look(_("Invited"), "info", "mail"),
    "opened": Look(_("Opened"), "info", "eye"),
    "done": Look(_("Done"), "ok", "check"),
    "sent": Look(_("Sent"), "info", "mail"),
    "failed": Look(_("Failed"), "bad", "x"),
    "running": Look(_("Running"), "info", "clock"),
    "offered": Look(pgettext_lazy("share", "Asked"), "info", "mail"),
    "accepted": Look(pgettext_lazy("share", "Accepted"), "ok", "check"),
    "ended": Look(pgettext_lazy("share", "Ended"), "quiet", "minus-circle"),
    "not_paid_yet": Look(_("Not paid yet"), "warn", "clock"),
    "balanced": Look(_("Balanced"), "ok", "check"),
    "waiting_for_an_answer": Look(_("Waiting for an answer"), "info", "clock"),
    "answered": Look(_("Answered"), "ok", "message"),
}

ALL: dict[str, Look] = {**OTHER, **INVOICE, **PAYMENT}


def look(code: str) -> Look:
    """The look of a status code such as `partly_paid`; an unknown code is shown plainly in its own words."""
    key = code.strip().lower().replace(" ", "_").replace("-", "_")
    return ALL.get(key) or Look(code.replace("_", " ").capitalize(), "quiet", "info")
