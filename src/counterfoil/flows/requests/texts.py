"""What people write in a request is checked before anything is stored (PC-09)."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext as _

from counterfoil.core import errors, sensitive

LONGEST: Final = 2_000


def checked(text: str) -> str:
    """Return the text without white space around it.

    :raises errors.Invalid: it is empty, too long, or holds a card or Social Security number.
    """
    written = text.strip()
    if not written:
        raise errors.Invalid(_("Write what you want to say."), field="text")
    if len(written) > LONGEST:
        raise errors.Invalid(_("Please write less: at most 2,000 letters."), field="text")
    found = sensitive.find(written)
    if found is not None:
        raise errors.Invalid(str(sensitive.CleanText.messages[found]), field="text")
    return written
