"""How much of the machine something took: CPU seconds of process trees, and what others used meanwhile."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
CPUS = os.cpu_count() or 1


@dataclass(frozen=True, slots=True)
class Reading:
    """Counters at one moment: seconds of the clock, of each tree, of this process, and of all processors."""

    at: float
    trees: Mapping[str, float]
    own: float
    busy: float


@dataclass(frozen=True, slots=True)
class Used:
    """What happened between two readings, in seconds; `others` is the share of the machine that strangers had."""

    wall: float
    trees: Mapping[str, float]
    others: float


def read(roots: Mapping[str, int]) -> Reading:
    """Read the counters. `roots` names the first process of each tree."""
    times = _processes()
    return Reading(
        at=time.perf_counter(),
        trees={name: _tree(times, root) for name, root in roots.items()},
        own=time.process_time(),
        busy=_busy(),
    )


def between(before: Reading, after: Reading) -> Used:
    """Return what was used between two readings."""
    wall = after.at - before.at
    trees = {name: after.trees[name] - before.trees[name] for name in after.trees}
    ours = sum(trees.values()) + after.own - before.own
    others = max(0.0, after.busy - before.busy - ours) / (wall * CPUS)
    return Used(wall, trees, others)


def _processes() -> dict[int, tuple[int, float]]:
    """Return parent and CPU seconds of every process; those of reaped children are in their parent's."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                text = (entry / "stat").read_text()
            except OSError:
                continue  # it ended in between
            fields = text.rpartition(")")[2].split()
            found[int(entry.name)] = (int(fields[1]), sum(int(part) for part in fields[11:15]) / TICKS)
    return found


def _tree(times: Mapping[int, tuple[int, float]], root: int) -> float:
    total = 0.0
    for pid, (_, seconds) in times.items():
        walk = pid
        while walk in times and walk != root:
            walk = times[walk][0]
        if walk == root:
            total += seconds
    return total


def _busy() -> float:
    fields = [int(part) for part in Path("/proc/stat").read_text().splitlines()[0].split()[1:]]
    idle = fields[3] + fields[4]
    return (sum(fields[:8]) - idle) / TICKS


def quantile(values: list[float], share: float) -> float:
    """Return the value that `share` of them do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
