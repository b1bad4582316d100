"""Every text that people read has a whole translation, and the program speaks the one that people wrote."""

from __future__ import annotations

from importlib import resources
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import read_mo
from django.conf import settings
from django.utils import translation

from counterfoil.cli import messages
from counterfoil.portal import borrowed

LANGUAGES = messages.LANGUAGES


@pytest.fixture(scope="module")
def code() -> Catalog:
    return messages.in_code()


def translated(*pairs: tuple[str | tuple[str, str], str | tuple[str, ...]]) -> Catalog:
    catalog = Catalog(locale="es", fuzzy=False)
    for text, words in pairs:
        catalog.add(text, words)
    return catalog


def whys(text: str | tuple[str, str], words: str | tuple[str, ...]) -> list[str]:
    asked = Catalog(fuzzy=False)
    asked.add(text)
    return [finding.why for finding in messages.problems(translated((text, words)), code=asked)]


def test_every_offered_language_is_translated() -> None:
    assert {code for code, _name in settings.LANGUAGES} == {settings.LANGUAGE_CODE, *LANGUAGES}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated_and_nothing_is_left_over(language: str, code: Catalog) -> None:
    """After a change of words: `counterfoil messages`, then fill in what it names in django.po."""
    assert messages.problems(messages.read(language), code=code) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_compiled_is_what_people_wrote(language: str) -> None:
    assert messages.is_compiled(language)


def test_texts_are_found_in_code_and_templates(tmp_path: Path) -> None:
    (tmp_path / "words.py").write_text(
        "a = _('One')\nb = pgettext_lazy('card', 'Two')\nc = ngettext('%(n)s x', '%(n)s xs', n) % {'n': n}\n"
    )
    (tmp_path / "page.html").write_text(
        "<p>Not (marked\n    {% translate 'Three' as three %}\n"
        "  {% blocktranslate with day=a.b|c %}Due {{ day }}{% endblocktranslate %}"
    )
    found = messages.in_code(tmp_path)

    assert {(each.context, each.id) for each in found if each.id} == {
        (None, "One"),
        ("card", "Two"),
        (None, ("%(n)s x", "%(n)s xs")),
        (None, "Three"),
        (None, "Due %(day)s"),
    }


@pytest.mark.parametrize(
    ("text", "words", "why"),
    [
        ("Due %(day)s", "", "has no translation"),
        ("Due %(day)s", "Vence el", "other placeholders"),
        ("Hello {name}", "Hola {nombre}", "other placeholders"),
        ("<strong>Now</strong>", "Ahora", "other placeholders"),
        (" and ", "y ", "white space"),
        (("%(n)s day", "%(n)s days"), ("un día", ""), "has no translation"),
        (("%(n)s day", "%(n)s days"), ("un día", "días"), "other placeholders"),
    ],
)
def test_a_broken_translation_is_named(
    text: str | tuple[str, str], words: str | tuple[str, ...], why: str
) -> None:
    [found] = whys(text, words)
    assert why in found


def test_a_singular_may_leave_the_number_out() -> None:
    assert whys(("%(n)s day", "%(n)s days"), ("un día", "%(n)s días")) == []


def test_a_fuzzy_and_a_forgotten_translation_are_named() -> None:
    asked = Catalog(fuzzy=False)
    asked.add("One")
    asked.add("Two")
    given = Catalog(locale="es", fuzzy=False)
    given.add("One", "Uno", flags={"fuzzy"})
    given.add("Gone", "Ido")

    assert {(each.text, each.why.split(":")[0]) for each in messages.problems(given, code=asked)} == {
        ("One", "is marked fuzzy"),
        ("Two", "has no translation"),
        ("Gone", "is not in the code"),
    }


def test_a_new_language_starts_empty_and_keeps_what_was_written(tmp_path: Path, code: Catalog) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(messages, "LOCALES", tmp_path)
        messages.write("fr", code=code)
        path = messages.path_of("fr", ending="po")
        path.write_text(
            path.read_text().replace('msgid "Log In"\nmsgstr ""', 'msgid "Log In"\nmsgstr "Ouvrir"')
        )
        messages.write("fr", code=code)

        assert messages.read("fr").get("Log In").string == "Ouvrir"
        assert messages.is_compiled("fr")


def test_what_is_borrowed_is_still_said() -> None:
    lender = resources.files("allauth") / "locale" / "es" / "LC_MESSAGES" / "django.mo"
    said = read_mo(BytesIO(lender.read_bytes()))

    assert [text for text in borrowed.ALLAUTH if said.get(text) is None] == []


def test_the_program_speaks_it() -> None:
    with translation.override("es"):
        assert translation.gettext("Pay Outstanding") == "Pagar saldo pendiente"
        assert translation.pgettext("invoice status", "Void") == "Anulada"
    with translation.override("en"):
        assert translation.gettext("Pay Outstanding") == "Pay Outstanding"
