"""The table on the terminal, and docs/benchmarks.md."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from bench.results import Results, Row

CARRIES = """\
## What is in these figures, and what is not

Our list page carries what the plain Django list does not: for every row it is decided who may see it, the one
sum of what is owed (open, less pending, less credit) is worked out from invoices, payments and ledger, a
session ends after 15 minutes without use, and every page has its content security policy and a request number
in the log.

Paying carries, beyond the skeleton: an idempotency key that is known for ever, the review's digest (what is
charged is what was shown), the authorization's exact text with its evidence, an attempt under a lease so that a
lost answer is resolved and never charged twice, allocations, double entry at once, the receipt's notice in the
outbox of the same transaction, and the audit log. It makes six requests where the skeleton makes four: Select
Method and Verify Payment are pages of their own, reached by redirects. The worker sends the receipt and seals
the audit chain afterwards; its time is in neither figure. The sandbox sends no events here; its database's
share is in both figures, its own process beside them.

The peers' figures were taken earlier on a machine of this kind (2 workers, 50,000 invoices), where the plain
Django list took 3.5 to 4.0 ms of CPU and the bare skeleton of paying reached 57 to 73 a second; they are not
measured anew by `make bench`, so compare by the floors. Odoo posts journal entries too; its pages carry a
website builder, chatter and the assets of a whole suite. Dolibarr's payment has neither gateway nor journal,
and its invoice page no lines. Neither has idempotency keys, an outbox or a sealed audit chain; both have much
beyond billing that these jobs do not touch.

Other processes share the machine in some runs: *others* is the share of all processors that they had meanwhile.
CPU milliseconds are those of the server's and the database's processes together, and suffer least from it;
rates and percentiles suffer most. The load comes from the same machine: its share is not in the CPU figure, but
the rates lack it.

Counter-checks: every answer's content is looked at while it is measured; the number of queries is counted
apart; after paying, recording and importing, every invariant of `counterfoil verify` is proved; and the server
refuses to be measured unless `fsync`, `synchronous_commit` and `full_page_writes` are on.
"""


def table(results: Results) -> str:
    """Return the results for a terminal."""
    lines = [
        f"{'':58} {'a second':>9} {'p50 ms':>7} {'p99 ms':>7} {'CPU ms':>7} {'SQL':>4} {'others':>6}  floor"
    ]
    lines += [f"{name:58} {value}" for name, value in results.floors]
    for group, rows in groupby(results.rows, key=lambda row: row.group):
        lines += ["", group]
        lines += [_line(row) for row in rows]
    return "\n".join(lines)


def _line(row: Row) -> str:
    ratio = f" ({row.ratio:.2f} x)" if row.ratio is not None else ""
    verdict = "" if row.is_met is None else ("  met: " if row.is_met else "  NOT MET: ") + row.goal
    return (
        f"{row.job[:32]:32} {row.where[:25]:25} {_rate(row):>9} {_figure(row.p50_ms):>7} {_figure(row.p99_ms):>7}"
        f" {_figure(row.cpu_ms):>7} {row.queries if row.queries is not None else '':>4} {_share(row.others):>6}"
        f"  {row.floor}{ratio}{verdict}"
    )


def page(results: Results) -> str:
    """Return the whole document."""
    parts = [_head(results), _generated(results)]
    if results.floors:
        parts.append(_floors(results))
    for group, rows in groupby(results.rows, key=lambda row: row.group):
        parts.append(f"## {group}\n\n{_rows(list(rows))}")
    if results.proofs:
        parts.append("\n".join(results.proofs) + "\n")
    return "\n".join([*parts, CARRIES])


def _head(results: Results) -> str:
    told = results.machine
    quick = "**A quick run, for work on the code: short loads, small books.**\n\n" if results.quick else ""
    return (
        "# Benchmarks\n\n"
        "Written by `make bench`; do not edit. What is measured and why is in `bench/`.\n\n"
        f"{quick}"
        "![CPU and rates beside their floors and two peers](benchmarks.svg)\n\n"
        f"{told['day']}, {told['machine']}. Python {told['python']}, {told['packages']}. PostgreSQL {told['postgres']}."
        f" {told['web'].capitalize()}. The run took {results.seconds:.0f} s.\n"
    )


def _generated(results: Results) -> str:
    made = "; ".join(f"{count:,} in {seconds:.0f} s" for count, seconds in results.generated)
    return (
        f"Books, each size in a database of its own, invoices of 3 lines, three quarters of them paid: {made} (made"
        " set-based with every key, check and trigger on, migration included; kept between runs). A payer has 24"
        " invoices, a heavy one 3,000.\n"
    )


def _floors(results: Results) -> str:
    rows = "\n".join(f"| {name} | {value} |" for name, value in results.floors)
    return f"## Floors of this machine\n\n| floor | |\n|---|---|\n{rows}\n"


def _rows(rows: Sequence[Row]) -> str:
    head = (
        "| job | where | a second | p50 ms | p99 ms | CPU ms | queries | others | commits/s before | floor | x floor |"
        " goal | met | peers |\n|---|---|--:|--:|--:|--:|--:|--:|--:|---|--:|---|---|---|"
    )
    return "\n".join([head, *(_markdown(row) for row in rows)]) + "\n"


def _markdown(row: Row) -> str:
    note = f" ({row.note})" if row.note else ""
    cells = [
        f"{row.job}{note}",
        row.where,
        _rate(row),
        _figure(row.p50_ms),
        _figure(row.p99_ms),
        _figure(row.cpu_ms),
        "" if row.queries is None else str(row.queries),
        _share(row.others),
        "" if row.commits is None else f"{row.commits:,.0f}",
        row.floor,
        "" if row.ratio is None else f"{row.ratio:.2f}",
        row.goal,
        "" if row.is_met is None else ("yes" if row.is_met else "**no**"),
        row.peers,
    ]
    return "| " + " | ".join(cells) + " |"


def _rate(row: Row) -> str:
    if row.per_second is None:
        return ""
    return f"{row.per_second:,.0f}" if row.per_second >= 100 else f"{row.per_second:.1f}"


def _figure(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}"


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.0%}"
