"""Staff answered a question or a report; the answer stands in the message."""

from __future__ import annotations

from django.utils.translation import gettext as _

from counterfoil.notices import base
from counterfoil.notices.catalog import request_received


def _words(data: base.Data, voice: base.Voice) -> base.Words:
    biller = data["biller"]["name"]
    return base.Words(
        subject=_("{biller} answered your request about {subject}").format(
            biller=biller, subject=request_received.about(data)
        ),
        paragraphs=[
            _("Hello {name},").format(name=data["payer_name"]),
            _("{biller} answered:").format(biller=biller),
            *(part for part in data["text"].splitlines() if part.strip()),
        ],
        facts=request_received.facts(data, voice),
        button=(_("See the Answer"), voice.address(data["link"])),
        closing=[
            _("It does not help? Answer on that page, or call {biller} at {phone}.").format(
                biller=biller, phone=data["biller"]["phone"]
            )
        ],
    )


KIND = base.Kind(
    key="request_answered",
    version="1",
    required=("payer_name", "for_whom", "kind", "topic", "subject_label", "opened_at", "text", "link"),
    words=_words,
)
