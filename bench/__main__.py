"""`make bench`: run everything, print a table, write docs/benchmarks.md and its picture.

ARGS=--quick is for work on the code: small books, short loads; it writes beside the data instead of into docs/.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from pathlib import Path

from bench import data, machine, picture, report
from bench.data import Books
from bench.floors import database as floors, disk
from bench.ground import CHECKOUT, Ground, stand
from bench.jobs import bulk, due, files, lighthouse, messages, pages, paying
from bench.results import Results
from counterfoil_stand.errors import StandError

GROUPS = ("floors", "pages", "paying", "bulk", "due", "files", "lighthouse")
PAYING_BOOKS = Books(50_000)


def main(arguments: list[str]) -> int:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="1,000 and 50,000 invoices, 2 seconds a load")
    parser.add_argument("--only", choices=GROUPS, action="append", help="these alone; may be given again")
    parser.add_argument("--out", type=Path, help="where benchmarks.md and its picture are written")
    chosen = parser.parse_args(arguments)
    try:
        with stand() as ground:
            # A part, or a quick look, is not what the documents should say.
            partial = chosen.quick or chosen.only
            out = chosen.out or (ground.state / "out" if partial else CHECKOUT / "docs")
            results = _run(ground, quick=chosen.quick, groups=tuple(chosen.only or GROUPS))
    except StandError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    print(report.table(results))
    out.mkdir(parents=True, exist_ok=True)
    (out / "benchmarks.md").write_text(report.page(results), encoding="utf-8")
    (out / "benchmarks.svg").write_text(picture.draw(results), encoding="utf-8")
    print(f"\n{out / 'benchmarks.md'} and benchmarks.svg are written; it took {results.seconds:.0f} s.")
    return 0


def _run(ground: Ground, *, quick: bool, groups: tuple[str, ...]) -> Results:
    began = time.perf_counter()
    results = Results(quick=quick, machine=machine.describe(ground))
    seconds = 2.0 if quick else 4.0
    all_books = [Books(size) for size in (data.SIZES[:2] if quick else data.SIZES)]
    for books in all_books:
        took = data.prepare(ground, books, say=_say)
        results.generated.append((books.invoices, took))
    floors.prepare(ground)
    if "floors" in groups:
        _measure_floors(ground, results, seconds=seconds / 2)
    if "pages" in groups:
        plan = pages.Plan(seconds)
        for books in all_books:
            _say(f"pages on {books.invoices:,} invoices")
            results.rows += pages.measure(ground, books, plan, commits=_commits(ground))
    if "paying" in groups:
        _say("paying over HTTP")
        counts = [(1, 20), (4, 60)] if quick else [(1, 80), (4, 320)]
        rows, proofs = paying.measure(ground, PAYING_BOOKS.database, counts, commits=_commits(ground))
        results.rows += rows
        results.proofs += proofs
        results.rows.append(
            messages.measure(ground, PAYING_BOOKS.database, seconds=seconds, commits=_commits(ground))
        )
    if "bulk" in groups:
        _say("recording in bulk")
        rounds = 2 if quick else 5
        results.rows += bulk.measure(ground, PAYING_BOOKS.database, rounds=rounds, commits=_commits(ground))
    if "due" in groups:
        _say("taking what is due")
        count = 1_000 if quick else 10_000
        results.rows += due.measure(ground, PAYING_BOOKS.database, count=count, commits=_commits(ground))
    if "files" in groups:
        _say("receipts, and a large import")
        results.rows.append(files.receipts(ground, seconds=seconds * 2))
        invoices = 10_000 if quick else 100_000
        results.rows.append(
            files.imports(ground, PAYING_BOOKS.database, invoices=invoices, commits=_commits(ground))
        )
    if "lighthouse" in groups:
        _measure_lighthouse(ground, results, rounds=2 if quick else lighthouse.ROUNDS)
    results.seconds = time.perf_counter() - began
    return results


def _measure_floors(ground: Ground, results: Results, *, seconds: float) -> None:
    _say("floors")
    synced = disk.fdatasync_ms(ground.state, seconds=seconds)
    results.floors.append(("one write of 8 kB and fdatasync", f"{synced:.2f} ms"))
    for name, measure in (
        ("durable single-row commit", floors.commits),
        ("one recorded payment as raw SQL in one transaction", floors.payments),
    ):
        told = [f"{measure(ground, clients=n, seconds=seconds):,.0f}" for n in floors.CLIENTS]
        label = f"{name}, {', '.join(str(n) for n in floors.CLIENTS)} clients"
        results.floors.append((label, f"{' / '.join(told)} a second"))


def _measure_lighthouse(ground: Ground, results: Results, *, rounds: int) -> None:
    _say("Lighthouse")
    try:
        results.rows += lighthouse.measure(ground, PAYING_BOOKS, rounds=rounds)
    except subprocess.SubprocessError as error:
        # What took a quarter of an hour to measure is not lost over a browser that does not start.
        _say(f"Lighthouse gave up: {error}")


def _commits(ground: Ground) -> float:
    """Return what a durable single-row commit reaches now, to stand beside what is measured next."""
    return floors.commits(ground, clients=8, seconds=1)


def _say(text: str) -> None:
    print(f"bench: {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
