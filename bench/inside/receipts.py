"""Receipts on one core: the product's, and bare typst on the same template with the same data."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime

import typst

from counterfoil.documents import engine, letterhead, receipt

NOW = datetime(2026, 11, 20, 16, tzinfo=UTC)


def run(seconds: float) -> dict[str, float]:
    """Return CPU milliseconds of each, taken in turns, and the size of a receipt in bytes."""
    data = _data()
    document = {**receipt._document(data), "lang": "en"}  # noqa: SLF001 - exactly what the product sends
    payload = json.dumps(document, ensure_ascii=False, sort_keys=True)
    compiler = typst.Compiler(
        str(engine.TEMPLATES / receipt.TEMPLATE),
        root=str(engine.TEMPLATES),
        font_paths=typst.Fonts(include_system_fonts=False, font_paths=[str(engine.FONTS)]),
    )

    def bare() -> object:
        return compiler.compile(
            sys_inputs={"data": payload}, pdf_standards=["ua-1", "a-2a"], timestamp=int(NOW.timestamp())
        )

    def ours() -> bytes:
        return receipt.render(data=data, rendered_at=NOW)

    size = len(ours())
    bare()
    turns = 4
    taken = {"bare": 0.0, "ours": 0.0}
    for _ in range(turns):
        taken["bare"] += _cpu_ms(bare, seconds / turns / 2)
        taken["ours"] += _cpu_ms(ours, seconds / turns / 2)
    return {"bare": taken["bare"] / turns, "ours": taken["ours"] / turns, "bytes": size}


def _cpu_ms(make: Callable[[], object], seconds: float) -> float:
    deadline = time.perf_counter() + seconds
    began, count = time.process_time(), 0
    while time.perf_counter() < deadline:
        make()
        count += 1
    return (time.process_time() - began) * 1_000 / count


def _data() -> receipt.ReceiptData:
    return receipt.ReceiptData(
        biller=letterhead.Letterhead(
            "Bench Court",
            "(555) 555-0142",
            "billing@example.test",
            ("12 Elm Street", "Springfield, IL 62701"),
        ),
        number="7K2MX-9QF4R",
        status="Paid",
        tone="ok",
        paid_at="November 20, 2026, 10:00 AM CST",
        total="$3,200.00",
        payer="Daniel Whitfield",
        method="Visa ****4242",
        lines=(receipt.ReceiptLine("INV-00012345", "December 1, 2026", "$3,200.00", "$0.00"),),
        account="A-0000017",
        billed_for="Eleanor Whitfield",
        left_after="$0.00",
    )
