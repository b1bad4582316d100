"""Tells the biller's office that a payer waits for an answer."""

from __future__ import annotations

from django.utils.translation import gettext as _

from counterfoil.notices import base
from counterfoil.notices.catalog import request_received


def _words(data: base.Data, voice: base.Voice) -> base.Words:
    return base.Words(
        subject=_("{name} waits for an answer about {subject}").format(
            name=data["payer_name"], subject=request_received.about(data)
        ),
        paragraphs=[
            _("{name} wrote:").format(name=data["payer_name"]),
            *(part for part in data["text"].splitlines() if part.strip()),
        ],
        facts=request_received.facts(data, voice),
        button=(_("Answer the Request"), voice.address(data["link"])),
        closing=[_("Please answer at the desk; the payer gets your words by e-mail.")],
    )


KIND = base.Kind(
    key="request_alert",
    version="1",
    required=("payer_name", "for_whom", "kind", "topic", "subject_label", "opened_at", "text", "link"),
    words=_words,
)
