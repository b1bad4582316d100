"""A share has ended: what is not paid is the addressee's again."""

from __future__ import annotations

from django.utils.translation import gettext as _

from counterfoil.notices import base, shared


def _words(data: base.Data, voice: base.Voice) -> base.Words:
    mine = data.get("is_addressee")
    if mine:
        subject = _("{person} no longer shares a bill").format(person=data["sharer_name"])
        said = _("{person} no longer pays part of it. What is not paid yet is yours to pay again.")
        said = said.format(person=data["sharer_name"])
    else:
        subject = _("You no longer share a bill of {person}").format(person=data["from_name"])
        said = _("The share of the bills of {person} has ended. You owe nothing more of it.")
        said = said.format(person=data["from_name"])
    facts = shared.about(data, voice)
    if mine and data.get("given_back_minor"):
        facts.append((_("Yours to pay again"), voice.money(data["given_back_minor"])))
    return base.Words(
        subject=subject,
        paragraphs=[_("Hello {name},").format(name=data["payer_name"]), said],
        facts=facts,
        button=shared.button(data, voice),
        closing=[
            _("Payments that are on their way finish. What was paid stays paid, with its receipt."),
            shared.call(data),
        ],
    )


KIND = base.Kind(
    key="share_ended",
    version="1",
    required=("payer_name", "for_whom", "from_name", "sharer_name", "currency", "link"),
    words=_words,
)
