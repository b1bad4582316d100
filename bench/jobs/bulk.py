"""Payments recorded in bulk, beside what the database alone can do with the same rows."""

from __future__ import annotations

import statistics
from typing import Any

from bench import meters
from bench.floors import database as floors
from bench.ground import Ground
from bench.results import BULK, Row

WORK = "bench_bulk"
BATCH = 1_000
PEERS = "Odoo: 9-15/s; Dolibarr: 165-196/s"


def measure(ground: Ground, source: str, *, rounds: int, commits: float) -> list[Row]:
    """Bear and record `rounds` thousand payments in process."""
    lean = floors.lean_bulk(ground, batches=max(4, rounds))
    ground.create(WORK, like=source)
    real = floors.real_bulk(ground, WORK, batches=max(4, rounds))
    ground.create(WORK, like=source)
    before = meters.read({"database": ground.database_pid})
    found: dict[str, Any] = ground.inside("bulk", WORK, rounds=rounds)
    used = meters.between(before, meters.read({"database": ground.database_pid}))
    if found["findings"]:
        raise RuntimeError(f"the books do not hold after recording in bulk: {found['findings']}")
    record = statistics.median(found["records"])
    whole = statistics.median(a + b for a, b in zip(found["births"], found["records"], strict=True))
    shared = {
        "group": BULK,
        "where": "50,000 invoices, in process",
        "commits": commits,
        "others": used.others,
    }
    floor = f"{real:,.0f}/s, one statement, the product's tables; {lean:,.0f}/s without any constraint"
    return [
        Row(
            **shared,
            job="record 1,000 outcomes by the one door, in one commit",
            key="record",
            per_second=BATCH / record,
            floor=floor,
            ratio=BATCH / record / real,
            goal="at least 4,000/s",
            is_met=BATCH / record >= 4_000,
            peers=PEERS,
            note="ledger, allocations, timeline, receipts to send, audit; the payments were born before",
        ),
        Row(
            **shared,
            job="the same with the births: quote, authorization text, row, attempt, claim; 200 a commit",
            key="birth-and-record",
            per_second=BATCH / whole,
            floor=floor,
            ratio=BATCH / whole / real,
            peers=PEERS,
            note="everything of a payment but the gateway's call",
        ),
    ]
