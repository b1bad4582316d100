"""A question or a report came in; tells the payer that it did, and what was written."""

from __future__ import annotations

from django.utils.translation import gettext as _

from counterfoil.notices import base


def about(data: base.Data) -> str:
    """Return what a request is about, such as `Invoice 1001`, in the active language."""
    words = _("Payment {number}") if data["kind"] == "payment" else _("Invoice {number}")
    return words.format(number=data["subject_label"])


def facts(data: base.Data, voice: base.Voice) -> list[tuple[str, str]]:
    """Return the facts that every message about a request names."""
    return [
        (_("About"), about(data)),
        (_("For"), data["for_whom"]),
        (_("Topic"), data["topic"]),
        (_("Sent"), voice.instant(data["opened_at"])),
    ]


def _words(data: base.Data, voice: base.Voice) -> base.Words:
    biller = data["biller"]["name"]
    return base.Words(
        subject=_("We received your request about {subject}").format(subject=about(data)),
        paragraphs=[
            _("Hello {name},").format(name=data["payer_name"]),
            _("{biller} received your request. You get an e-mail when it is answered.").format(biller=biller),
            _("You wrote: “{text}”").format(text=data["text"]),
        ],
        facts=facts(data, voice),
        button=(_("See My Requests"), voice.address(data["link"])),
        closing=[
            _("It is urgent? Call {biller} at {phone}.").format(biller=biller, phone=data["biller"]["phone"])
        ],
    )


KIND = base.Kind(
    key="request_received",
    version="1",
    required=("payer_name", "for_whom", "kind", "topic", "subject_label", "opened_at", "text", "link"),
    words=_words,
)
