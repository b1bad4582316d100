"""Card numbers and Social Security numbers in free text.

Found, and refused before anything is stored (PC-09).
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from typing import Final

from django.core.exceptions import ValidationError
from django.utils.deconstruct import deconstructible
from django.utils.translation import gettext_lazy as _

# People write separators of every kind between the digits: spaces, hyphens and dashes of any width, dots.
_GAP: Final = r"[\s.\-\u2010-\u2015\u2212_/]{1,3}"
_INVISIBLE: Final = "\u200b\u200c\u200d\u2060\ufeff"
_RUN: Final = re.compile(rf"\d+(?:{_GAP}\d+)*")
_SSN: Final = re.compile(rf"(?<!\d)(?!000|666)\d{{3}}(?:{_GAP})(?!00)\d{{2}}(?:{_GAP})(?!0000)\d{{4}}(?!\d)")
_SSN_NAMED: Final = re.compile(
    r"(?:\bssn\b|\bsocial\b|\bseguro social\b|\bitin\b)\D{0,30}\d{9}(?!\d)", re.IGNORECASE
)
_SHORTEST, _LONGEST = 13, 19


class Kind(StrEnum):
    """What was found."""

    CARD = "card"
    SSN = "ssn"


def find(text: str) -> Kind | None:
    """Return what kind of number `text` holds, or None.

    A card number is 13 to 19 digits that pass the Luhn check, with or without separators, beginning and
    ending
    where a group of digits does. A Social Security number has its separators, or stands after its name.
    """
    plain = _ascii_digits(text)
    if any(_holds_card(run.group()) for run in _RUN.finditer(plain)):
        return Kind.CARD
    if _SSN.search(plain) or _SSN_NAMED.search(plain):
        return Kind.SSN
    return None


@deconstructible
class CleanText:
    """Form and field validator: refuses text that holds a card or Social Security number, in plain words."""

    messages = {
        Kind.CARD: _("Please remove the card number. For your safety we never keep card numbers in a note."),
        Kind.SSN: _("Please remove the Social Security number. For your safety we never keep it in a note."),
    }

    def __call__(self, value: str) -> None:
        """Check `value`.

        :raises django.core.exceptions.ValidationError: it holds such a number; the message does not repeat
            it.
        """
        found = find(value)
        if found is not None:
            raise ValidationError(self.messages[found], code=f"sensitive_{found}")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CleanText)

    def __hash__(self) -> int:
        return hash(CleanText)


def _ascii_digits(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text)
    return "".join(str(unicodedata.digit(c)) if c.isdecimal() else c for c in folded if c not in _INVISIBLE)


def _holds_card(run: str) -> bool:
    groups = re.findall(r"\d+", run)
    for start in range(len(groups)):
        digits = ""
        for group in groups[start:]:
            digits += group
            if len(digits) > _LONGEST:
                break
            if len(digits) >= _SHORTEST and digits.strip("0") and _passes_luhn(digits):
                return True
    return False


def _passes_luhn(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
