"""Somebody took a share of a bill."""

from __future__ import annotations

from django.utils.translation import gettext as _

from counterfoil.notices import base, shared


def _words(data: base.Data, voice: base.Voice) -> base.Words:
    return base.Words(
        subject=_("{person} pays part of a bill").format(person=data["sharer_name"]),
        paragraphs=[
            _("Hello {name},").format(name=data["payer_name"]),
            _("{person} accepted. This part is no longer yours to pay.").format(person=data["sharer_name"]),
        ],
        facts=[*shared.about(data, voice), shared.part(data, voice)],
        button=shared.button(data, voice),
        closing=[
            _("You see there who has paid. If it is not paid five days before it is due, we tell you."),
            shared.call(data),
        ],
    )


KIND = base.Kind(
    key="share_accepted",
    version="1",
    required=("payer_name", "for_whom", "from_name", "sharer_name", "currency", "link"),
    words=_words,
)
