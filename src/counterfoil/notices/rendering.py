"""A notice in words: subject, text, HTML and attachments, the same from the same frozen data at any time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.template.loader import render_to_string
from django.utils import timezone, translation

from counterfoil.notices import base, registry


@dataclass(frozen=True, slots=True)
class Message:
    """A rendered notice."""

    subject: str
    text: str
    html: str
    attachments: Sequence[base.Attachment]


def render(*, key: str, data: Mapping[str, Any], locale: str, zone: str, code: str) -> Message:
    """Render the notice `key` under its own locale and zone.

    :raises registry.UnknownNotice: no such key.
    :raises base.MissingToken: the data lacks something the template must say.
    """
    kind = registry.get(key)
    kind.check(data)
    voice = base.Voice(locale=locale, zone=zone, currency=data.get("currency", "USD"))
    with translation.override(locale), timezone.override(ZoneInfo(zone)):
        words = kind.words(data, voice)
        context = {
            "words": words,
            "biller": data["biller"],
            "code": code,
            "locale": locale,
        }
        folder = f"notices/{key}"
        return Message(
            subject=" ".join(render_to_string(f"{folder}/subject.txt", context).split()),
            text=render_to_string(f"{folder}/email.txt", context).strip() + "\n",
            html=render_to_string(f"{folder}/email.html", context).strip() + "\n",
            attachments=tuple(kind.attachments(data, voice)) if kind.attachments else (),
        )
