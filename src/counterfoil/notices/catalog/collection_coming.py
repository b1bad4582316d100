"""The biller will collect an amount on a day, by the payer's standing permission: at least 10 days before (RE-02)."""

from __future__ import annotations

from django.utils.translation import gettext as _

from counterfoil.notices import base, schedules


def _words(data: base.Data, voice: base.Voice) -> base.Words:
    biller, amount = data["biller"]["name"], voice.money(data["amount_minor"])
    day = voice.day(data["run_on"])
    paragraphs = [
        _("Hello {name},").format(name=data["payer_name"]),
        _("{biller} will collect {amount} from {method} on {day}. You gave permission for this.").format(
            amount=amount, biller=biller, day=day, method=data["method_label"]
        ),
        _(
            "It is for bills that are due by then. If less is owed on that day, less is taken, or nothing. It is never "
            "more than this amount."
        ),
    ]
    if data["collection_on"] != data["run_on"]:
        paragraphs.append(
            _("{day} is not a bank day, so the payment is taken on the next one.").format(
                day=voice.day(data["collection_on"])
            )
        )
    return base.Words(
        subject=_("{biller} will collect {amount} on {day}").format(amount=amount, biller=biller, day=day),
        paragraphs=paragraphs,
        facts=schedules.facts(data, voice),
        button=(_("View or Cancel"), voice.address(data["link"])),
        closing=[
            _("You can cancel this payment until {instant}, or pay before that day by yourself.").format(
                instant=voice.instant(data["cutoff_at"])
            ),
            _("To end the permission, open My Payment Methods and choose Edit."),
            schedules.questions(data),
        ],
    )


KIND = base.Kind(
    key="collection_coming",
    version="1",
    required=(*schedules.REQUIRED, "cutoff_at", "notice_days", "collection_on"),
    words=_words,
)
