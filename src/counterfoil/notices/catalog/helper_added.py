"""Somebody was given access to see or pay for a payer. The link may hold the secret of an invitation."""

from __future__ import annotations

from django.utils.translation import gettext as _

from counterfoil.notices import base, shared


def _words(data: base.Data, voice: base.Voice) -> base.Words:
    may = (
        _("{person} lets you see and pay the bills for {whom} from {biller}.")
        if data["may_pay"]
        else _("{person} lets you see the bills for {whom} from {biller}.")
    )
    return base.Words(
        subject=_("{person} asks you to help with bills").format(person=data["from_name"]),
        paragraphs=[
            _("Hello {name},").format(name=data["payer_name"]),
            may.format(person=data["from_name"], whom=data["for_whom"], biller=data["biller"]["name"]),
        ],
        facts=shared.limits(data, voice),
        button=(_("See What to Do"), voice.address(data["link"])),
        closing=[
            _("{person} is told of every payment you make. Each of you can end this with one tap.").format(
                person=data["from_name"]
            ),
            _("You do not know this person? Do nothing, or call {biller} at {phone}.").format(
                biller=data["biller"]["name"], phone=data["biller"]["phone"]
            ),
        ],
    )


KIND = base.Kind(
    key="helper_added",
    version="1",
    required=("payer_name", "for_whom", "from_name", "helper_name", "until_on", "currency", "link"),
    words=_words,
    secrets=("link",),
)
