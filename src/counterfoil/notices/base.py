"""What a notice is: a key, what its data must hold, and how that data reads in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeAlias

from django.conf import settings

from counterfoil.core import errors, format as formats

Data: TypeAlias = Mapping[str, Any]

# Every message says whose it is and whom to call.
ALWAYS = ("biller.name", "biller.phone")


class MissingToken(errors.CounterfoilError):
    """The data of a notice lacks something that its template must say."""

    code = "missing_token"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a message."""

    name: str
    mime: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Voice:
    """Turns frozen raw values into words, in the notice's own locale and zone."""

    locale: str
    zone: str
    currency: str = "USD"

    def money(self, minor: int) -> str:
        """Return minor units as people read them: `$1,234.50`."""
        return formats.money(minor, self.currency, self.locale)

    def day(self, iso: str) -> str:
        """Return an ISO date as `Friday, November 27, 2026`."""
        return formats.day(date.fromisoformat(iso), self.locale, long=True)

    def instant(self, iso: str) -> str:
        """Return an ISO instant in the notice's zone, with the zone's name."""
        return formats.instant(datetime.fromisoformat(iso), self.zone, self.locale)

    def address(self, path: str) -> str:
        """Return the full web address of a path of this installation."""
        return f"{settings.COUNTERFOIL_BASE_URL.rstrip('/')}{path}"


@dataclass(frozen=True, slots=True)
class Words:
    """What a template is given beside the biller: paragraphs, facts and one code or button, all in words."""

    subject: str
    paragraphs: Sequence[str]
    facts: Sequence[tuple[str, str]] = ()
    # What it is, and what is typed in somewhere: on a line of its own, large.
    code: tuple[str, str] | None = None
    button: tuple[str, str] | None = None
    closing: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Kind:
    """One entry of the catalog."""

    key: str
    version: str
    required: tuple[str, ...]
    words: Callable[[Data, Voice], Words]
    attachments: Callable[[Data, Voice], Sequence[Attachment]] | None = None
    # Tokens that open something (a link with a secret): encrypted in the row, erased when the mail was sent.
    secrets: tuple[str, ...] = ()
    # The token that says until when it is of use (an ISO instant): past it nothing is sent, and secrets are erased.
    ends: str = ""
    # Somebody sits and waits for it: it goes before what is sent in bulk.
    is_urgent: bool = False
    # About how one person logs in: not for others who read the same payer's messages.
    is_private: bool = False
    # Which of `choices.SWITCHES` a payer turns it off by; empty: it cannot be turned off.
    switch: str = ""

    def is_over(self, data: Data, *, at: datetime) -> bool:
        """Tell whether the message would be of no use any more at an instant."""
        return bool(self.ends) and at >= datetime.fromisoformat(data[self.ends])

    def check(self, data: Data) -> None:
        """Refuse data that lacks a required token, or has it empty. Dots lead into nested objects.

        :raises MissingToken: names the first one.
        """
        for token in (*ALWAYS, *self.required):
            value: Any = data
            for part in token.split("."):
                value = value.get(part) if isinstance(value, Mapping) else None
            if value is None or value in ("", []):
                raise MissingToken(f"notice {self.key} needs {token}")
