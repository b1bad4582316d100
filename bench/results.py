"""What a run found: one row for each thing that was measured, with the floor beside it."""

from __future__ import annotations

from dataclasses import dataclass, field

PAGES, PAYING, BULK, FILES = "Pages", "Paying", "In bulk", "Documents and files"
SCREENS = "On a phone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One measurement. Figures that a job does not have are None.

    `commits` is what one durable single-row commit at 8 clients reached in the minute before. `floor` is in the unit
    of the headline (CPU milliseconds, or how many a second), and `ratio` is against it.
    """

    group: str
    job: str
    where: str
    key: str = ""
    per_second: float | None = None
    p50_ms: float | None = None
    p99_ms: float | None = None
    cpu_ms: float | None = None
    queries: int | None = None
    others: float | None = None
    commits: float | None = None
    floor: str = ""
    ratio: float | None = None
    goal: str = ""
    is_met: bool | None = None
    peers: str = ""
    note: str = ""


@dataclass
class Results:
    """Everything of one run."""

    quick: bool
    machine: dict[str, str] = field(default_factory=dict)
    floors: list[tuple[str, str]] = field(default_factory=list)
    generated: list[tuple[int, float]] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    proofs: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def find(self, key: str) -> Row | None:
        """Return the row of that key."""
        return next((row for row in self.rows if row.key == key), None)
