"""The picture of a run: panels of bars, ours beside the floor and two peers. Plain SVG, every bar with its figure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from bench.results import Results, Row

WIDTH, LEFT, RIGHT = 960, 330, 150
# What the plain Django list took on the machine and day the peers were measured.
PEERS_PLAIN = "3.5 to 4.0"
BAR, GAP, HEAD = 22, 10, 46
INK, MUTED, PAPER = "#17303a", "#4d626b", "#ffffff"
COLORS = {"ours": "#0f5c6e", "floor": "#7a8f98", "peer": "#c4ced2"}


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: a label, a value, and whose it is (ours, floor or peer)."""

    label: str
    value: float
    whose: str


@dataclass(frozen=True, slots=True)
class Panel:
    """Bars of one unit; `is_log` where the peers are far away."""

    title: str
    unit: str
    bars: Sequence[Bar]
    is_log: bool = False

    @property
    def height(self) -> int:
        """What it takes on the page."""
        return HEAD + len(self.bars) * (BAR + GAP) + GAP


def draw(results: Results) -> str:
    """Return the picture; panels whose jobs were not run are left out."""
    panels = [panel for panel in (_list(results), _paying(results), _bulk(results)) if panel.bars]
    height = sum(panel.height for panel in panels) + 40
    said = "; ".join(
        f"{panel.title}: " + ", ".join(f"{bar.label} {_shown(bar.value)} {panel.unit}" for bar in panel.bars)
        for panel in panels
    )
    top, drawn = 8, []
    for panel in panels:
        drawn.append(_panel(panel, top))
        top += panel.height
    busy = max((row.others or 0.0 for row in results.rows), default=0.0)
    foot = (
        f"{results.machine['day']}, make bench; other processes had up to {busy:.0%} of the machine. Peers: measured"
        f" earlier, where the first floor was {PEERS_PLAIN} ms."
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img"'
        f' aria-labelledby="title desc" font-family="system-ui, sans-serif" font-size="15">\n'
        '<title id="title">Counterfoil beside its floors and two peers</title>\n'
        f'<desc id="desc">{escape(said)}.</desc>\n'
        f'<rect width="{WIDTH}" height="{height}" fill="{PAPER}"/>\n'
        + "\n".join(drawn)
        + f'\n<text x="16" y="{height - 14}" fill="{MUTED}" font-size="13">{escape(foot)}</text>\n</svg>\n'
    )


def _panel(panel: Panel, top: int) -> str:
    lines = [
        f'<text x="16" y="{top + 28}" fill="{INK}" font-size="17" font-weight="600">{escape(panel.title)}</text>'
    ]
    most = max(bar.value for bar in panel.bars)
    for number, bar in enumerate(panel.bars):
        y = top + HEAD + number * (BAR + GAP)
        width = max(2.0, _share(bar.value, most, is_log=panel.is_log) * (WIDTH - LEFT - RIGHT))
        weight = ' font-weight="600"' if bar.whose == "ours" else ""
        lines.append(
            f'<text x="{LEFT - 12}" y="{y + 16}" text-anchor="end" fill="{INK}"{weight}>{escape(bar.label)}</text>'
            f'<rect x="{LEFT}" y="{y}" width="{width:.1f}" height="{BAR}" rx="3" fill="{COLORS[bar.whose]}"/>'
            f'<text x="{LEFT + width + 8:.1f}" y="{y + 16}" fill="{INK}"{weight}>'
            f"{_shown(bar.value)} {escape(panel.unit)}</text>"
        )
    return "\n".join(lines)


def _share(value: float, most: float, *, is_log: bool) -> float:
    return math.log10(1 + value) / math.log10(1 + most) if is_log else value / most


def _shown(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"


def _bars(found: Sequence[tuple[str, Row | None, str]], figure: str) -> list[Bar]:
    return [
        Bar(label, value, whose)
        for label, row, whose in found
        if row is not None and (value := getattr(row, figure)) is not None
    ]


def _list(results: Results) -> Panel:
    sizes = [count for count, _ in results.generated]
    ours = [(f"Counterfoil, {size:,} invoices", results.find(f"list-{size}-1"), "ours") for size in sizes]
    bars = _bars([("Plain Django (floor)", results.find("plain-50000-1"), "floor"), *ours], "cpu_ms")
    peers = [Bar("Odoo 17", 26.0, "peer"), Bar("Dolibarr 23", 27.5, "peer")]
    return Panel(
        "A payer's list of 24 invoices: CPU for one page (less is better)",
        "ms",
        [*bars, *peers] if bars else [],
    )


def _paying(results: Results) -> Panel:
    found = [
        ("Skeleton in plain Django (floor)", results.find("skeleton-4"), "floor"),
        ("Counterfoil", results.find("pay-4"), "ours"),
    ]
    bars = _bars(found, "per_second")
    peers = [Bar("Odoo 17", 7.0, "peer"), Bar("Dolibarr 23, no gateway or journal", 27.5, "peer")]
    title = "Paying one invoice over HTTP, 4 clients (more is better)"
    return Panel(title, "a second", [*bars, *peers] if bars else [])


def _bulk(results: Results) -> Panel:
    found = [
        ("Counterfoil, outcomes recorded", results.find("record"), "ours"),
        ("Counterfoil, births and outcomes", results.find("birth-and-record"), "ours"),
    ]
    bars = _bars(found, "per_second")
    record = results.find("record")
    if record is not None and record.per_second and record.ratio:
        bars.insert(0, Bar("PostgreSQL alone, same rows (floor)", record.per_second / record.ratio, "floor"))
    peers = [Bar("Odoo 17", 12.0, "peer"), Bar("Dolibarr 23", 180.0, "peer")]
    title = "Payments recorded in bulk (more is better; logarithmic)"
    return Panel(title, "a second", [*bars, *peers] if bars else [], is_log=True)
