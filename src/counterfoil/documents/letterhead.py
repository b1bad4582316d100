"""Whose document it is and how to reach a person: at the same place on every document."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

PLAIN: Final = "#0f4c5c"
_HEX: Final = re.compile(r"#[0-9a-fA-F]{6}")


@dataclass(frozen=True, slots=True)
class Letterhead:
    """A biller as its documents show it. `accent` is a `#rrggbb` dark enough on white; else a plain one is used."""

    name: str
    phone: str
    email: str = ""
    address: tuple[str, ...] = ()
    on_behalf_of: str = ""
    accent: str = PLAIN


def parts(head: Letterhead) -> dict[str, Any]:
    """Return what the frame of a template needs, in the active language."""
    reach = " · ".join(part for part in (head.phone, head.email) if part)
    behalf = _("on behalf of %(creditor)s") % {"creditor": head.on_behalf_of} if head.on_behalf_of else ""
    return {
        "biller": {"name": head.name, "behalf": behalf, "address": list(head.address)},
        "accent": head.accent if _HEX.fullmatch(head.accent) else PLAIN,
        "foot": _("Questions? %(reach)s") % {"reach": reach} if reach else head.name,
    }


def language(locale: str) -> str:
    """Return the language of a locale as a document names it: `es` for `es_US`."""
    return re.split(r"[-_]", locale)[0].lower()
