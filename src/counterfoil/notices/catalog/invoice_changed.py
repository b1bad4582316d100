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


KIND = base.Kind(
    key="invoice_changed",
    version="1",
    required=(
        "payer_name", "for_whom", "invoice_number", "due_on", "due_on_before", "total_minor",
        "total_before_minor", "open_minor", "currency", "link",
    ),
    words=_words,
)  # fmt: skip
