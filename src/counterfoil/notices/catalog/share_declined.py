"""Somebody does not take a share of a bill."""

from __future__ import annotations

from django.utils.translation import gettext as _

from counterfoil.notices import base, shared


def _words(data: base.Data, voice: base.Voice) -> base.Words:
    return base.Words(
        subject=_("{person} does not share this bill").format(person=data["sharer_name"]),
        paragraphs=[
            _("Hello {name},").format(name=data["payer_name"]),
            _("{person} declined to pay part of it. All of it is yours to pay, as before.").format(
                person=data["sharer_name"]
            ),
        ],
        facts=shared.about(data, voice),
        button=shared.button(data, voice),
        closing=[shared.call(data)],
    )


KIND = base.Kind(
    key="share_declined",
    version="1",
    required=("payer_name", "for_whom", "from_name", "sharer_name", "currency", "link"),
    words=_words,
)
