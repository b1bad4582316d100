"""What a person accepted, word for word as it was shown, with the evidence of who, when, where and how."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils import translation
from django.utils.translation import gettext as _

from counterfoil.documents import engine, letterhead

TEMPLATE: Final = "authorization.typ"


@dataclass(frozen=True, slots=True)
class AuthorizationData:
    """Everything on the sheet; facts and evidence are (label, value), formatted for one locale.

    `text` is the stored text, never translated: `text_locale` is the language in which it was accepted.
    """

    biller: letterhead.Letterhead
    number: str
    status: str
    is_in_force: bool
    status_on: str
    text: str
    text_locale: str
    facts: tuple[tuple[str, str], ...]
    evidence: tuple[tuple[str, str], ...]
    sha256: str


def render(*, data: AuthorizationData, rendered_at: datetime, locale: str = "en") -> bytes:
    """Return the sheet as a tagged PDF (PDF/UA-1, PDF/A-2a); the same arguments give the same bytes.

    :raises engine.DocumentFailed: the engine refused.
    """
    with translation.override(locale):
        document = _document(data) | {"lang": letterhead.language(locale)}
    return engine.render(template=TEMPLATE, data=document, rendered_at=rendered_at)


def _document(data: AuthorizationData) -> dict[str, Any]:
    return {
        **letterhead.parts(data.biller),
        "title": _("Authorization %(number)s") % {"number": data.number},
        "description": _("What was authorized with %(biller)s") % {"biller": data.biller.name},
        "keywords": [_("authorization")],
        "words": {
            "title": _("Authorization"),
            "number": _("Number"),
            "status": _("Status"),
            "text": _("What was accepted, word for word"),
            "evidence": _("How it was accepted"),
            "sha256": _("SHA-256 of the text"),
            "what": _("What"),
            "how": _("How it was recorded"),
            "page": _("Page"),
        },
        "number": data.number,
        "tone": "ok" if data.is_in_force else "bad",
        "status": data.status,
        "status_on": data.status_on,
        "facts": list(data.facts),
        "evidence": list(data.evidence),
        "paragraphs": [part for part in data.text.split("\n\n") if part.strip()],
        "text_lang": letterhead.language(data.text_locale),
        "sha256": data.sha256,
    }
