"""Somebody is asked to pay part of a bill. The link may hold the secret of an invitation."""

from __future__ import annotations

from django.utils.translation import gettext as _

from counterfoil.notices import base, shared


def _words(data: base.Data, voice: base.Voice) -> base.Words:
    paragraphs = [
        _("Hello {name},").format(name=data["payer_name"]),
        _("{person} asks you to pay part of the bills for {whom} from {biller}.").format(
            person=data["from_name"], whom=data["for_whom"], biller=data["biller"]["name"]
        ),
    ]
    if data.get("note"):
        paragraphs.append(_("{person} writes: {note}").format(person=data["from_name"], note=data["note"]))
    return base.Words(
        subject=_("{person} asks you to share a bill").format(person=data["from_name"]),
        paragraphs=paragraphs,
        facts=[*shared.about(data, voice), shared.part(data, voice)],
        button=(_("See and Answer"), voice.address(data["link"])),
        closing=[
            _("You owe nothing until you accept. You can end it later with one tap."),
            _("You do not know this person? Do nothing, or call {biller} at {phone}.").format(
                biller=data["biller"]["name"], phone=data["biller"]["phone"]
            ),
        ],
    )


KIND = base.Kind(
    key="share_offered",
    version="1",
    required=("payer_name", "for_whom", "from_name", "sharer_name", "currency", "link"),
    words=_words,
    secrets=("link",),
)
