"""Every brand color keeps its contrast: all 360 hues, light and dark, measured from the tokens themselves."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest

from counterfoil.ui import gallery

TOKENS = (Path(gallery.__file__).parent / "static" / "ui" / "tokens.css").read_text(encoding="utf-8")
LIGHT, _, DARK = TOKENS.partition("@media (prefers-color-scheme: dark)")
TEXT = 7.0  # the portal's promise (AAA); the desk shares the tokens
CONTROL = 3.0
GROUNDS = ("surface", "ground", "sunken", "brand-soft")

# What stands on what, as the components pair them.
TEXT_PAIRS = [
    *[(text, ground) for text in ("ink", "muted", "brand", "brand-strong") for ground in GROUNDS],
    *[(tone, f"{tone}-soft") for tone in ("ok", "info", "warn", "bad")],
    *[("ink", f"{tone}-soft") for tone in ("ok", "info", "warn", "bad")],
    ("bad", "surface"),
    ("on-brand", "brand"),
    ("on-brand", "brand-strong"),
    ("on-brand", "bad-fill"),
    ("on-deep", "brand-deep"),
]
CONTROL_PAIRS = [("field", ground) for ground in GROUNDS] + [("brand", "surface"), ("brand", "line")]


def _tokens(text: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+): (oklch\([^;]+\)|#fff);", text))


def _luminance(color: str, hue: float) -> float:
    if color == "#fff":
        return 1.0
    match = re.fullmatch(r"oklch\(([\d.]+)% ([\d.]+) (var\(--hue\)|[\d.]+)\)", color)
    assert match, color
    lightness, chroma = float(match[1]) / 100, float(match[2])
    angle = math.radians(hue if match[3].startswith("var") else float(match[3]))
    a, b = chroma * math.cos(angle), chroma * math.sin(angle)
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    red = 4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short
    green = -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short
    blue = -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short
    red, green, blue = (min(1.0, max(0.0, part)) for part in (red, green, blue))  # browsers clip so
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(first: str, second: str, hue: float) -> float:
    bright, dark = sorted((_luminance(first, hue), _luminance(second, hue)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("pairs", "least"), [(TEXT_PAIRS, TEXT), (CONTROL_PAIRS, CONTROL)])
def test_every_hue_keeps_the_contrast(scheme: str, pairs: list[tuple[str, str]], least: float) -> None:
    tokens = _tokens(LIGHT) if scheme == "light" else {**_tokens(LIGHT), **_tokens(DARK)}
    too_weak = {
        (front, back, round(_contrast(tokens[front], tokens[back], hue), 2))
        for front, back in pairs
        for hue in range(360)
        if _contrast(tokens[front], tokens[back], hue) < least
    }
    assert not too_weak
