"""Templates: small files with $places; every value is escaped unless it is markup already."""

from __future__ import annotations

from functools import lru_cache
from html import escape
from pathlib import Path
from string import Template

FOLDER = Path(__file__).parent / "templates"


class Html(str):
    """Text that is markup already and is put in as it is."""

    __slots__ = ()


@lru_cache(maxsize=64)
def _template(name: str) -> Template:
    return Template((FOLDER / name).read_text("utf-8"))


def render(template: str, /, **values: object) -> Html:
    """Fill a template of the templates folder."""
    safe = {key: value if isinstance(value, Html) else escape(str(value)) for key, value in values.items()}
    return Html(_template(template).substitute(safe))


def join(parts: list[Html]) -> Html:
    """Markup put together."""
    return Html("".join(parts))
