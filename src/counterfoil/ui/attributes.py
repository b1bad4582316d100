"""Keyword arguments of a template tag as HTML attributes."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString


def render(values: Mapping[str, object]) -> SafeString:
    """Attributes with a leading space each; `hx_get` becomes `hx-get`, `class_` becomes `class`.

    True gives a bare attribute; None, False and the empty string leave it out.
    """
    pairs: list[tuple[SafeString]] = []
    for name, value in values.items():
        if value is None or value is False or value == "":
            continue
        word = name.rstrip("_").replace("_", "-")
        pairs.append((format_html(" {}", word) if value is True else format_html(' {}="{}"', word, value),))
    return format_html_join("", "{}", pairs)
