"""A helper's access has ended."""

from __future__ import annotations

from django.utils.translation import gettext as _

from counterfoil.notices import base, shared


def _words(data: base.Data, voice: base.Voice) -> base.Words:
    if data.get("is_payer"):
        subject = _("{person} no longer helps with your bills").format(person=data["helper_name"])
        said = _("{person} ended the access that you gave. Nothing more is seen or paid under it.")
        said = said.format(person=data["helper_name"])
    else:
        subject = _("Your access to bills of {person} has ended").format(person=data["from_name"])
        said = _("You can no longer see or pay the bills of {person}. There is nothing you need to do.")
        said = said.format(person=data["from_name"])
    return base.Words(
        subject=subject,
        paragraphs=[_("Hello {name},").format(name=data["payer_name"]), said],
        facts=[(_("For"), data["for_whom"])],
        button=shared.button(data, voice),
        closing=[_("Payments that are on their way finish."), shared.call(data)],
    )


KIND = base.Kind(
    key="helper_ended",
    version="1",
    required=("payer_name", "for_whom", "from_name", "helper_name", "until_on", "currency", "link"),
    words=_words,
)
