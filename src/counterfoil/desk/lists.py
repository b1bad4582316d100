"""What an address says about a list: words to find, a filter, a place in it; and what stands under the list."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest
from django.utils.http import urlencode
from django.utils.translation import gettext as _

MOST_WORDS: Final = 80
MOST_MARK: Final = 400
# Counting stops here: nobody reads on, and a count of millions is slow.
MOST_COUNTED: Final = 10_000


@dataclass(frozen=True, slots=True)
class Foot:
    """How many rows there are, and where the list goes on."""

    text: str
    start_url: str
    next_url: str


def words(request: HttpRequest) -> str:
    """Return what was searched for, on one line, cut where no name is that long."""
    typed = request.GET.get("q", "")[: MOST_WORDS * 4]
    printable = "".join(letter if letter.isprintable() else " " for letter in typed)
    return " ".join(printable.split())[:MOST_WORDS]


def choice(request: HttpRequest, name: str, allowed: Collection[str], *, preset: str) -> str:
    """Return the filter that the address asks for, or the preset for none and for one there is not."""
    asked = request.GET.get(name, preset)
    return asked if asked in allowed else preset


def mark(request: HttpRequest) -> str:
    """Return where in the list the page begins; empty for the top and for nonsense."""
    asked = request.GET.get("after", "")
    return asked if len(asked) <= MOST_MARK and asked.isprintable() else ""


def address(request: HttpRequest, **changes: str) -> str:
    """Return this list's address with other values; empty ones are left out, and so is the place in the list."""
    kept = {name: str(value) for name, value in request.GET.items() if name != "after"}
    query = {name: value for name, value in (kept | changes).items() if value}
    return f"{request.path}?{urlencode(query)}" if query else request.path


def foot(request: HttpRequest, *, shown: int, total: int, after: str) -> Foot:
    """Return what stands under a list that goes on at the mark `after`, empty where it ends."""
    figures = {"shown": f"{shown:,}", "total": f"{total:,}"}
    if total > MOST_COUNTED:
        text = _("Showing %(shown)s of more than %(total)s") % {**figures, "total": f"{MOST_COUNTED:,}"}
    else:
        text = _("Showing %(shown)s of %(total)s") % figures
    return Foot(
        text=text,
        start_url=address(request) if mark(request) else "",
        next_url=address(request, after=after) if after else "",
    )
