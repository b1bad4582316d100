"""Autopay will take an amount on a day: at least 10 days before, unless the payer chose less (E10; RE-02, RE-03)."""

from __future__ import annotations

from django.utils.translation import gettext as _

from counterfoil.notices import base, schedules


def _words(data: base.Data, voice: base.Voice) -> base.Words:
    biller, amount = data["biller"]["name"], voice.money(data["amount_minor"])
    day = voice.day(data["run_on"])
    paragraphs = [
        _("Hello {name},").format(name=data["payer_name"]),
        _("Autopay will pay {amount} to {biller} on {day} from {method}.").format(
            amount=amount, biller=biller, day=day, method=data["method_label"]
        ),
    ]
    if data.get("before_minor"):
        paragraphs.append(
            _("The last payment was {before}.").format(before=voice.money(data["before_minor"]))
        )
    if data.get("moved"):
        paragraphs.append(
            _("You are told at least {days} days before, so the day is later than usual. Until then the bill is not "
              "overdue.").format(days=data["notice_days"])
        )  # fmt: skip
    return base.Words(
        subject=_("Autopay will pay {amount} on {day}").format(amount=amount, day=day),
        paragraphs=paragraphs,
        facts=schedules.facts(data, voice),
        button=(_("View, Skip or Change"), voice.address(data["link"])),
        closing=[
            _("You can cancel or change this payment until {instant}.").format(
                instant=voice.instant(data["cutoff_at"])
            ),
            schedules.questions(data),
        ],
    )


KIND = base.Kind(
    key="autopay_notice",
    version="1",
    required=(*schedules.REQUIRED, "cutoff_at", "notice_days"),
    words=_words,
)
