"""A helper paid for a payer: told at once, every time."""

from __future__ import annotations

from django.utils.translation import gettext as _

from counterfoil.notices import base, shared


def _words(data: base.Data, voice: base.Voice) -> base.Words:
    facts = [
        (_("Who"), data["act"]),
        (_("Payment number"), data["payment_number"]),
        (_("Date"), voice.instant(data["submitted_at"])),
        (_("Amount"), voice.money(data["paid_minor"])),
        (_("For"), data["for_whom"]),
    ]
    facts.append(
        (_("Method"), data["method_label"] or _("{person}'s own").format(person=data["helper_name"]))
    )
    return base.Words(
        subject=_("{person} paid {amount} for you").format(
            person=data["helper_name"], amount=voice.money(data["paid_minor"])
        ),
        paragraphs=[
            _("Hello {name},").format(name=data["payer_name"]),
            _("{person} submitted a payment to {biller} for you.").format(
                person=data["helper_name"], biller=data["biller"]["name"]
            ),
        ],
        facts=facts,
        button=shared.button(data, voice),
        closing=[
            _("This was not right? End the access there with one tap, and call us."),
            shared.call(data),
        ],
    )


KIND = base.Kind(
    key="helper_acted",
    version="1",
    required=(
        "payer_name", "for_whom", "helper_name", "act", "paid_minor", "payment_number", "submitted_at", "currency",
        "link",
    ),
    words=_words,
)  # fmt: skip
