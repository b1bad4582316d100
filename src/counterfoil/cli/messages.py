"""The texts people read: found in code and templates, and held against the translations.

Babel does what GNU gettext would do, so that a fresh machine needs nothing but Python.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

PACKAGE: Final = Path(__file__).resolve().parents[1]
LOCALES: Final = PACKAGE / "locale"
LANGUAGES: Final = ("es",)
# Where an argument is a context ("c") and which are the singular and the plural. Lazy or not is the same text.
_FORMS: Final[dict[str, tuple[int | tuple[int, str], ...] | None]] = {
    "gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
KEYWORDS: Final = (
    {"_": None, "gettext_noop": None} | _FORMS | {f"{name}_lazy": form for name, form in _FORMS.items()}
)
_PLACEHOLDER: Final = re.compile(r"%\(\w+\)[a-z]|\{\w*\}|%%")
_TAG: Final = re.compile(r"</?\w+")
_WIDTH: Final = 110
_HEADER: Final = (
    "# Counterfoil's texts. `counterfoil messages` collects and compiles them; docs/how-to/translate.md."
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with a translation."""

    text: str
    why: str


def path_of(language: str, *, ending: str) -> Path:
    """Return where the catalog of `language` lies; `ending` is "po" (people's) or "mo" (the program's)."""
    return LOCALES / language / "LC_MESSAGES" / f"django.{ending}"


def in_code(package: Path = PACKAGE) -> Catalog:
    """Return every text marked for translation below `package`, each with the files that hold it."""
    catalog = Catalog(charset="utf-8", fuzzy=False)
    for path in sorted(package.rglob("*")):
        if path.suffix not in {".py", ".html", ".txt"} or path.is_relative_to(LOCALES):
            continue
        for message, context in _texts(path):
            place = path.relative_to(package).as_posix()
            catalog.add(message, locations=[(place, 1)], context=context)
    return catalog


def _texts(path: Path) -> Iterator[tuple[str | tuple[str, ...], str | None]]:
    source = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        # What is left of the template is not Python's to indent.
        source = "\n".join(line.lstrip() for line in templatize(source, origin=str(path)).splitlines())
    for _line, message, _comments, context in extract(
        "python", BytesIO(source.encode()), keywords=KEYWORDS, options={"encoding": "utf-8"}
    ):
        if message:
            yield message, context


def read(language: str) -> Catalog:
    """Return the translations of `language`; an empty catalog where there are none yet."""
    path = path_of(language, ending="po")
    if not path.exists():
        return Catalog(locale=language, fuzzy=False, charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=language)


def problems(translations: Catalog, *, code: Catalog) -> list[Finding]:
    """Return what a person would notice: a text without a translation, a changed placeholder, a leftover."""
    found = [Finding(key, "is not used any more") for key in map(_name, translations.obsolete.values())]
    found += [
        Finding(_name(message), "is not in the code")
        for message in translations
        if message.id and code.get(message.id, message.context) is None
    ]
    for message in code:
        if not message.id:
            continue
        translated = translations.get(message.id, message.context)
        why = "has no translation" if translated is None else _wrong(message, translated)
        if why:
            found.append(Finding(_name(message), why))
    return found


def _wrong(message: Message, translated: Message) -> str | None:
    if translated.fuzzy:
        return "is marked fuzzy: read it and take the mark off"
    sources = _forms(message.id)
    targets = _forms(translated.string)
    if len(sources) > 1 and len(targets) < 2:
        return "needs a singular and a plural"
    if not all(text.strip() for text in targets):
        return "has no translation"
    # The singular may leave the number out ("one payment"); nothing may be put in that the code does not fill.
    whole, allowed = _marks(sources[-1]), set().union(*map(_marks, sources))
    if any(_marks(text) - allowed for text in targets) or whole != _marks(targets[-1]):
        return f"has other placeholders or marks than {sorted(whole)}"
    if any(
        text.startswith(" ") != sources[-1].startswith(" ")
        or text.endswith("\n") != sources[-1].endswith("\n")
        for text in targets
    ):
        return "begins or ends with other white space"
    return None


def _marks(text: str) -> set[str]:
    return set(_PLACEHOLDER.findall(text)) | set(_TAG.findall(text))


def _forms(text: str | Sequence[str] | None) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text or ("",))


def _name(message: Message) -> str:
    text = " / ".join(_forms(message.id))
    return f"{message.context}: {text}" if message.context else text


def updated(language: str, *, code: Catalog) -> Catalog:
    """Return the translations with the new texts of the code, still empty, and without those it lost."""
    catalog = read(language)
    catalog.update(code, no_fuzzy_matching=True, update_creation_date=False)
    catalog.obsolete.clear()
    catalog.header_comment, catalog.fuzzy = _HEADER, False
    catalog.project, catalog.version = "Counterfoil", "1"
    return catalog


def write(language: str, *, code: Catalog) -> None:
    """Bring both files of `language` up to date with the code; empty and fuzzy texts are not compiled."""
    people, program = path_of(language, ending="po"), path_of(language, ending="mo")
    people.parent.mkdir(parents=True, exist_ok=True)
    fresh = BytesIO()
    # Sorted and without line numbers, so that it changes little from one day to the next.
    write_po(fresh, updated(language, code=code), width=_WIDTH, sort_output=True, include_lineno=False)
    people.write_bytes(fresh.getvalue())
    with program.open("wb") as file:
        write_mo(file, read(language))


def is_compiled(language: str) -> bool:
    """Tell whether the program's file says what people's file says.

    Texts are compared, not bytes: another version of Babel writes another name into the head.
    """
    path = path_of(language, ending="mo")
    if not path.exists():
        return False
    fresh = BytesIO()
    write_mo(fresh, read(language))
    fresh.seek(0)
    with path.open("rb") as file:
        return _said(read_mo(file)) == _said(read_mo(fresh))


def _said(catalog: Catalog) -> dict[tuple[str | None, tuple[str, ...]], tuple[str, ...]]:
    return {(each.context, _forms(each.id)): _forms(each.string) for each in catalog if each.id}
