"""Keyword arguments of a template tag as HTML attributes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.html import conditional_escape, escape
from django.utils.safestring import SafeString


def render(values: Mapping[str, Any]) -> SafeString:
    """Attributes with a leading space each; `hx_get` becomes `hx-get`, `class_` becomes `class`.

    True gives a bare attribute; None, False and the empty string leave it out.
    """
    parts: list[str] = []
    for name, value in values.items():
        if value is None or value is False or value == "":
            continue
        word = escape(name.rstrip("_").replace("_", "-"))
        parts.append(f" {word}" if value is True else f' {word}="{conditional_escape(value)}"')
    return SafeString("".join(parts))
