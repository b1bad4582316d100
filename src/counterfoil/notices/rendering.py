"""A notice in words: subject, text, HTML and attachments, the same from the same frozen data at any time."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.template.loader import render_to_string
from django.utils import timezone, translation

from counterfoil.notices import base, registry

# Where anybody may ask whether a message is ours: on every message, and on the sign-in page.
GENUINE_PATH: Final = "/messages/check/"


@dataclass(frozen=True, slots=True)
class Message:
    """A rendered notice."""

    subject: str
    text: str
    html: str
    attachments: Sequence[base.Attachment]


def render(
    *, key: str, data: Mapping[str, Any], locale: str, zone: str, code: str, stop_path: str = ""
) -> Message:
    """Render the notice `key` under its own locale and zone. `stop_path` leads to turning such messages off.

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
            "genuine_url": voice.address(GENUINE_PATH),
            "stop_url": voice.address(stop_path) if stop_path else "",
        }
        folder = f"notices/{key}"
        return Message(
            subject=" ".join(render_to_string(f"{folder}/subject.txt", context).split()),
            text=render_to_string(f"{folder}/email.txt", context).strip() + "\n",
            html=render_to_string(f"{folder}/email.html", context).strip() + "\n",
            attachments=tuple(kind.attachments(data, voice)) if kind.attachments else (),
        )


def read_again(*, key: str, data: Mapping[str, Any], locale: str, zone: str) -> base.Words:
    """Return a notice's words to be read on a screen, in its own locale and zone.

    What opened something was erased when the mail was sent: such a notice has no code and no button any more.

    :raises registry.UnknownNotice: no such key.
    """
    kind = registry.get(key)
    voice = base.Voice(locale=locale, zone=zone, currency=data.get("currency", "USD"))
    with translation.override(locale), timezone.override(ZoneInfo(zone)):
        words = kind.words(data, voice)
        return dataclasses.replace(words, code=None, button=None) if kind.secrets else words
