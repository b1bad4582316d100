"""A shared bill is due soon, and somebody has not paid the share yet: five days before the due date."""

from __future__ import annotations

from django.utils.translation import gettext as _

from counterfoil.notices import base, shared


def _words(data: base.Data, voice: base.Voice) -> base.Words:
    return base.Words(
        subject=_("A shared bill is due on {day}: who has not paid yet").format(
            day=voice.day(data["due_on"])
        ),
        paragraphs=[
            _("Hello {name},").format(name=data["payer_name"]),
            _("Part of a bill that you share is not paid yet:"),
        ],
        facts=[
            *shared.about(data, voice),
            *(
                (
                    _("{person} has not answered").format(person=each["name"])
                    if each["is_offered"]
                    else _("{person} has not paid").format(person=each["name"]),
                    voice.money(each["amount_minor"]),
                )
                for each in data["people"]
            ),
        ],
        button=shared.button(data, voice),
        closing=[
            _("You can remind them, or end the share there and pay it yourself."),
            shared.call(data),
        ],
    )


KIND = base.Kind(
    key="share_unpaid",
    version="1",
    required=("payer_name", "for_whom", "invoice_number", "due_on", "people", "currency", "link"),
    words=_words,
)
