"""What codes are called at the desk."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy as _, pgettext_lazy

Words = Mapping[str, str | Promise]
LAST_DAY: Final = 31

RELATIONS: Final[Words] = {
    "resident": _("Resident"),
    "spouse": _("Spouse"),
    "child": _("Child"),
    "power_of_attorney": _("Power of attorney"),
    "guardian": _("Guardian"),
    "trustee": _("Trustee"),
    "consumer": _("Consumer"),
    "other": pgettext_lazy("relation", "Other"),
}

ORIGINS: Final[Words] = {
    "portal": _("Portal"),
    "link": _("Payment link"),
    "schedule": _("Scheduled"),
    "autopay": _("Autopay"),
    "pull": _("Collected by staff"),
    "plan": _("Payment plan"),
    "hand": _("Recorded by hand"),
    "import": _("Imported"),
}

METHODS: Final[Words] = {
    "card": _("Card"),
    "bank": _("Bank account"),
    "wallet": _("PayPal"),
    "check": _("Check"),
    "cash": _("Cash"),
    "external": _("Paid elsewhere"),
}

WHO_PAYS: Final[Words] = {
    "": _("Not asked yet"),
    "self": _("Pays by themselves"),
    "autopay": _("Autopay"),
    "biller_collects": _("We collect"),
}

INVOICE_PREFERENCES: Final[Words] = {
    "email": _("E-mail"),
    "hand": _("By hand"),
    "mail": _("Mail"),
}

NOTICES: Final[Words] = {
    "invitation": _("Invitation to the portal"),
    "invitation_to_existing_login": _("Invitation to add an account"),
    "staff_invitation": _("Invitation to staff"),
    "login_code": _("Code to log in"),
    "password_reset": _("Link to a new password"),
    "email_confirmation": _("Code for a new email address"),
    "new_device": _("Logged in on a new device"),
    "security_changed": _("Way to log in changed"),
    "contact_changed": _("Contact data changed"),
    "who_pays_changed": _("Who pays changed"),
    "access_withdrawn": _("Access ended"),
    "method_added": _("Payment method added"),
    "share_offered": _("Asked to share a bill"),
    "share_accepted": _("Share accepted"),
    "share_declined": _("Share declined"),
    "share_ended": _("Share ended"),
    "share_unpaid": _("Share not paid yet"),
    "helper_added": _("Helper: access given"),
    "helper_acted": _("Helper: paid"),
    "helper_ended": _("Helper: access ended"),
    "method_changed": _("Payment method changed"),
    "method_deleted": _("Payment method deleted"),
    "method_expiring": _("Card expires soon"),
    "permission_given": _("Permission to collect given"),
    "permission_withdrawn": _("Permission to collect ended"),
    "payment_receipt": _("Receipt"),
    "payment_paid": _("Payment is paid"),
    "payment_declined": _("Payment declined"),
    "payment_returned": _("Payment returned"),
    "payment_refunded": _("Refund"),
    "refund_came_back": _("Refund came back"),
    "payment_recorded": _("Check or cash recorded"),
    "request_received": _("Request received"),
    "request_answered": _("Request answered"),
    "request_alert": _("Alert: a request waits"),
    "who_pays_alert": _("Alert: a payer changed who pays"),
    "invoice_new": _("New invoice"),
    "invoice_due_soon": _("Reminder: due soon"),
    "invoice_overdue": _("Reminder: past the due date"),
    "invoice_changed": _("Invoice changed"),
    "invoice_voided": _("Invoice voided"),
    "invoice_credited": _("Invoice credited"),
    "invoice_readdressed": _("Invoice addressed to the payer"),
    "invoice_handed_over": _("Invoice addressed to someone else"),
}

# Why a refund failed, by the gateway's word; the codes of banks have their own words (`notices.reasons`).
REFUND_CODES: Final[Words] = {
    "expired_or_canceled_card": _("The card has expired or was canceled."),
    "refund_too_much": _("The gateway has less of this payment left than that."),
    "not_refundable": _("The gateway says that this payment cannot be refunded."),
    "too_old": _("The payment is too old for the gateway to refund it."),
    "key_fenced": _("No answer came in time, so it was stopped before any money moved."),
    "connection": _("The gateway's connection could not be used."),
}

DELIVERIES: Final[Words] = {
    "queued": _("Waiting to be sent"),
    "sending": _("Being sent"),
    "retrying": _("Trying again"),
    "sent": _("Sent"),
    "failed": _("Failed"),
}


def who_pays(code: str, day: int | None) -> str:
    """Return who pays, with the day where we collect; 31 is the last day of every month."""
    if day is None:
        return of(WHO_PAYS, code)
    if day == LAST_DAY:
        return gettext("We collect on the last day of the month")
    return gettext("We collect on day %(day)s of the month") % {"day": day}


def of(table: Words, code: str) -> str:
    """Return what a code is called; one that nobody named yet in its own words."""
    found = table.get(code)
    return code.replace("_", " ").capitalize() if found is None else str(found)
