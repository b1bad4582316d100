"""Bar charts as rows of a table: the figures stand beside the bars, drawn on the server as SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bar:
    """One row: its label, its value (any unit, zero or more) and the value as people read it."""

    label: str
    value: int
    text: str


@dataclass(frozen=True, slots=True)
class PlacedBar:
    """A bar and its length in hundredths of the longest one."""

    bar: Bar
    share: int


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart ready for the template."""

    title: str
    label_head: str
    value_head: str
    bars: tuple[PlacedBar, ...]


def build(*, title: str, label_head: str, value_head: str, bars: Sequence[Bar]) -> Chart:
    """Measure the bars; the longest one takes the whole width and a non-zero one is never invisible."""
    longest = max((bar.value for bar in bars), default=0)
    placed = tuple(PlacedBar(bar, _share(bar.value, longest)) for bar in bars)
    return Chart(title=title, label_head=label_head, value_head=value_head, bars=placed)


def _share(value: int, longest: int) -> int:
    if value <= 0 or longest <= 0:
        return 0
    return max(1, round(100 * value / longest))
