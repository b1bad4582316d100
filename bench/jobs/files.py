"""Receipts, and the import of a large file."""

from __future__ import annotations

import os
from typing import Any

from bench.floors import staging
from bench.ground import Ground
from bench.results import FILES, Row

WORK = "bench_import"
MEMORY_MB = 120


def receipts(ground: Ground, *, seconds: float) -> Row:
    """Measure receipts on one core, in turns with bare typst."""
    found: dict[str, float] = ground.inside("receipts", "bench_1000", seconds=seconds)
    others = min(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
    return Row(
        group=FILES,
        job="receipt, one tagged page (PDF/UA-1, PDF/A-2a)",
        where="one core",
        key="receipt",
        per_second=1_000 / found["ours"],
        cpu_ms=found["ours"],
        floor=f"{found['bare']:.1f} ms bare typst",
        ratio=found["ours"] / found["bare"],
        goal="at most 8 ms and 1.2 x bare typst",
        is_met=found["ours"] <= 8 and found["ours"] <= 1.2 * found["bare"],
        others=others,
        peers="weasyprint 29 ms; reportlab 1.7 ms, untagged",
        note=f"{found['bytes'] / 1_000:.0f} kB",
    )


def imports(ground: Ground, source: str, *, invoices: int, commits: float) -> Row:
    """Import a file of invoices of three lines, and the same by bare COPY and INSERT."""
    ground.create(WORK, like=source)
    bare = staging.per_second(ground, WORK, invoices=invoices)
    ground.create(WORK, like=source)
    found: dict[str, Any] = ground.inside("imports", WORK, invoices=invoices)
    if found["findings"]:
        raise RuntimeError(f"the books do not hold after the import: {found['findings']}")
    read, judge, commit = found["steps"]
    rate = invoices / sum(found["steps"])
    return Row(
        group=FILES,
        job=f"import {invoices:,} invoices of 3 lines, file to commit",
        where="into books of 50,000 invoices",
        key="import",
        per_second=rate,
        commits=commits,
        floor=f"{bare:,.0f}/s bare COPY and INSERT",
        ratio=rate / bare,
        goal="at least 5,000/s and half of the bare floor; memory growth under 120 MB",
        is_met=rate >= 5_000 and rate >= bare / 2 and found["grown_mb"] < MEMORY_MB,
        peers="Odoo posts 36/s; Dolibarr 90/s",
        note=(
            f"{3 * rate:,.0f} lines/s; read {read:.1f} s, judge {judge:.1f} s, commit {commit:.1f} s;"
            f" memory grew by {found['grown_mb']:.0f} MB"
        ),
    )
