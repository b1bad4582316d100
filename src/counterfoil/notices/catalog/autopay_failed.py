"""A scheduled payment or one of autopay did not go through; says honestly whether it is tried again (E7; CD-02)."""

from __future__ import annotations

from django.utils.translation import gettext as _

from counterfoil.notices import base, reasons, schedules


def _words(data: base.Data, voice: base.Voice) -> base.Words:
    biller = data["biller"]["name"]
    if data.get("is_collection"):
        what = _("{biller} tried to collect {amount} from you. It did not go through.")
    elif data.get("by_autopay"):
        what = _("Your autopay payment of {amount} to {biller} did not go through.")
    else:
        what = _("Your scheduled payment of {amount} to {biller} did not go through.")
    return base.Words(
        subject=_("Your payment to {biller} did not go through").format(biller=biller),
        paragraphs=[
            _("Hello {name},").format(name=data["payer_name"]),
            what.format(amount=schedules.total(data, voice), biller=biller),
            _why(data),
            _next(data, voice),
        ],
        facts=[(_("Payment number"), data["payment_number"]), *schedules.facts(data, voice)],
        button=(_("View and Pay"), voice.address(data["link"])),
        closing=[_owed(data), schedules.questions(data)],
    )


def _owed(data: base.Data) -> str:
    if data.get("fee_minor"):
        return _("Nothing was taken, the fee neither. What was not paid is still owed.")
    return _("No fee was added. What was not paid is still owed.")


def _why(data: base.Data) -> str:
    if data.get("return_code"):
        return _("Your bank sent it back: {reason}.").format(reason=reasons.ach_return(data["return_code"]))
    return reasons.decline_by_mail(data["decline_class"])


def _next(data: base.Data, voice: base.Voice) -> str:
    if data.get("retry_on"):
        return _(
            "We will try the same amount again on {day}. You can cancel that, or pay in another way before it."
        ).format(day=voice.day(data["retry_on"]))
    return _("We will not try this payment again by ourselves. Please pay in another way.")


KIND = base.Kind(
    key="autopay_failed",
    version="1",
    required=(*schedules.REQUIRED, "payment_number", "decline_class"),
    words=_words,
)
