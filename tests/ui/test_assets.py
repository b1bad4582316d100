"""What the content security policy and a slow line ask of the look's own files."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

from counterfoil.ui import gallery, icons, statuses

UI = Path(gallery.__file__).parent
STATIC = UI / "static" / "ui"
TEMPLATES = sorted((UI / "templates").rglob("*.html"))


def test_all_style_sheets_together_are_small() -> None:
    sheets = b"".join(path.read_bytes() for path in sorted(STATIC.glob("*.css")))
    assert len(gzip.compress(sheets, 9)) < 12_000


def test_the_typeface_is_small_and_brings_its_licence() -> None:
    assert (STATIC / "inter.woff2").stat().st_size <= 50_000
    assert "SIL OPEN FONT LICENSE" in (STATIC / "inter.OFL.txt").read_text(encoding="utf-8").upper()


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(UI)))
def test_no_template_has_what_the_policy_drops(path: Path) -> None:
    text = re.sub(r"{% comment %}.*?{% endcomment %}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert not re.search(r"<style|\sstyle=|\son(?!ce=)[a-z]+=\"|javascript:", text)
    assert all("src=" in tag or "json" in tag for tag in re.findall(r"<script[^>]*>", text))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(UI)))
def test_every_icon_a_template_names_is_drawn(path: Path) -> None:
    named = re.findall(r"{% icon \"([\w-]+)\"|icon=\"([\w-]+)\"", path.read_text(encoding="utf-8"))
    assert {first or second for first, second in named} <= icons.PATHS.keys()


def test_every_status_has_a_drawn_mark_and_a_known_tone() -> None:
    assert {look.icon for look in statuses.ALL.values()} <= icons.PATHS.keys()
    assert {look.tone for look in statuses.ALL.values()} <= {"ok", "info", "warn", "bad", "quiet"}
