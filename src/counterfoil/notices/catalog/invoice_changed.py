"""An invoice is not as it was: another due date, or other lines."""

from __future__ import annotations

from django.utils.translation import gettext as _

from counterfoil.notices import base, bills


def _words(data: base.Data, voice: base.Voice) -> base.Words:
    biller = data["biller"]["name"]
    return base.Words(
        subject=_("An invoice from {biller} was changed").format(biller=biller),
        paragraphs=[
            _("Hello {name},").format(name=data["payer_name"]),
            _("{biller} changed invoice {number}. This is how it is now:").format(
                biller=biller, number=data["invoice_number"]
            ),
            *_autopay(data),
        ],
        facts=[*bills.about(data), *_changes(data, voice), *bills.reason(data)],
        button=bills.button(data, voice),
        closing=[bills.call(data)],
    )


def _changes(data: base.Data, voice: base.Voice) -> list[tuple[str, str]]:
    """Name what was changed, with what it was before."""
    due, total = voice.day(data["due_on"]), voice.money(data["total_minor"])
    if data["due_on"] != data["due_on_before"]:
        due = _("{now} (before: {before})").format(now=due, before=voice.day(data["due_on_before"]))
    if data["total_minor"] != data["total_before_minor"]:
        total = _("{now} (before: {before})").format(
            now=total, before=voice.money(data["total_before_minor"])
        )
    left = voice.money(data["open_minor"])
    return [(_("Due date"), due), (_("Total"), total), (_("Still owed"), left)]


def _autopay(data: base.Data) -> list[str]:
    """Say what becomes of what autopay had set for it."""
    words = {
        "anew": _("Autopay plans its payment of this bill anew. You will be told of the amount and the day."),
        "goes_on": _(
            "Autopay still makes the payment that you were told of, and never takes more than is owed. If it is to "
            "take more later, you will be told first."
        ),
    }
    return [words[each] for each in data.get("autopay", ())]


KIND = base.Kind(
    key="invoice_changed",
    version="1",
    required=(
        "payer_name", "for_whom", "invoice_number", "due_on", "due_on_before", "total_minor",
        "total_before_minor", "open_minor", "currency", "link",
    ),
    words=_words,
)  # fmt: skip
