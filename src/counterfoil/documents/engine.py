"""Data in, PDF bytes out: typst with our own fonts, no network, no other file than the templates.

Every document is tagged: PDF/UA-1 and PDF/A-2a are enforced by the engine, which refuses what would break them.
The same data, template and instant give the same bytes.
"""

from __future__ import annotations

import json
import re
import threading
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import typst

from counterfoil.core import errors

HERE: Final = Path(__file__).parent
TEMPLATES: Final = HERE / "templates"
FONTS: Final = HERE / "fonts"

# A character that none of our fonts has is refused by PDF/A. A receipt must not fail for the payer's name: the
# character is named by the engine, and a box stands in its place.
STRANGERS: Final = 50
STAND_IN: Final = "\u25a1"
_STRANGER: Final = re.compile(r"the text `\"(.+?)\"` could not be displayed")
_ESCAPED: Final = re.compile(r"\\u\{([0-9a-f]+)\}")
_RARE: Final = re.compile("[^\\x00-\u024f\u2010-\u2026\u2022\u20ac]")


class DocumentFailed(errors.CounterfoilError):
    """The engine refused the document: the template or its data break PDF/UA or PDF/A."""

    code = "document_failed"


class _Compilers(threading.local):
    """One compiler a template and thread: two threads in one compiler raise `Already borrowed`."""

    def __init__(self) -> None:
        self.of: dict[str, typst.Compiler] = {}


_compilers = _Compilers()


def render(*, template: str, data: Mapping[str, Any], rendered_at: datetime) -> bytes:
    """Compile a template below `templates/` with `data`, which arrives as JSON: text in it is never code.

    :raises DocumentFailed: the engine refused.
    """
    payload = json.dumps(_printable(data), ensure_ascii=False, sort_keys=True)
    for _attempt in range(STRANGERS):
        try:
            return _compile(template, payload, rendered_at)
        except typst.TypstError as error:
            stranger = _STRANGER.search(str(error))
            if stranger is None:
                raise DocumentFailed(f"{template}: {error}") from error
            payload = _without(payload, stranger[1])
    raise DocumentFailed(f"{template}: too many characters that no font here has")


def _without(payload: str, named: str) -> str:
    """Return the payload with a box for each rare character of what the engine named; for every rare one, if none.

    Letters of our own alphabet are left alone: a mark on one of them is what the font lacks, not the letter.
    """
    stranger = _ESCAPED.sub(lambda code: chr(int(code[1], 16)), named)
    for character in set(_RARE.findall(stranger)) - {STAND_IN}:
        if character in payload:
            return payload.replace(character, STAND_IN)
    return _RARE.sub(STAND_IN, payload)


def _compile(template: str, payload: str, rendered_at: datetime) -> bytes:
    pages = _compiler(template).compile(
        sys_inputs={"data": payload},
        pdf_standards=["ua-1", "a-2a"],
        timestamp=int(rendered_at.timestamp()),
    )
    if not isinstance(pages, bytes):
        raise DocumentFailed(f"{template}: not one PDF")
    return pages


def _compiler(template: str) -> typst.Compiler:
    if template not in _compilers.of:
        _compilers.of[template] = typst.Compiler(
            str(TEMPLATES / template),
            root=str(TEMPLATES),
            font_paths=typst.Fonts(include_system_fonts=False, font_paths=[str(FONTS)]),
        )
    return _compilers.of[template]


def _printable(value: Any) -> Any:
    """Return the data with every character that no document may hold taken out of its texts."""
    if isinstance(value, str):
        return "".join(c for c in unicodedata.normalize("NFC", value) if c == "\n" or _is_printable(c))
    if isinstance(value, Mapping):
        return {key: _printable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_printable(item) for item in value]
    return value


def _is_printable(character: str) -> bool:
    # Cc controls, Cs lone surrogates, Co private use, Cn not assigned: PDF/A has no way to say what they mean.
    return unicodedata.category(character) not in {"Cc", "Cs", "Co", "Cn"}
