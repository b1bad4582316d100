"""`counterfoil import invoices FILE --biller KEY [--map MAPPING] [--as-of DATE] [--commit] [--notify]`."""
# ruff: noqa: N999 - the command is called so

from __future__ import annotations

import csv
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from counterfoil.core import clock, errors, format as formats
from counterfoil.core.actor import OPERATOR
from counterfoil.flows.imports import check, commit, stage
from counterfoil.imports import mapping, queries as import_queries, states
from counterfoil.imports.queries import ImportRow, Verdict

PIECE_BYTES: Final = 1_048_576
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")


class Command(BaseCommand):
    """Imports invoices from a file: a dry run first, with what would become of every row; then `--commit`."""

    help = "Import invoices from a CSV file. A dry run by default; --commit imports, all or nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Name the file, the biller and how to read the file."""
        kinds = parser.add_subparsers(dest="kind", required=True)
        invoices = kinds.add_parser(
            "invoices", help="invoices, with their accounts, payers and what was paid"
        )
        invoices.add_argument("file", type=Path, help="a CSV file of at most 100 MB")
        invoices.add_argument("--biller", required=True, help="the biller's key, such as maple-court")
        invoices.add_argument(
            "--map", type=Path, help="a mapping file; without it the file is in our own format"
        )
        invoices.add_argument(
            "--as-of", type=date.fromisoformat, help="leave open what was settled after this day (YYYY-MM-DD)"
        )
        invoices.add_argument("--commit", action="store_true", help="import; without it nothing is changed")
        invoices.add_argument(
            "--notify",
            action="store_true",
            help="tell payers by e-mail of what is open and not due before today",
        )
        invoices.add_argument("--report", type=Path, help="write the row-by-row report to this CSV file")
        invoices.add_argument("--refused-only", action="store_true", help="print the refused rows alone")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read, check, report, and commit if asked to.

        :raises CommandError: in plain words, with nothing imported.
        """
        try:
            self._import(options)
        except (errors.Refused, errors.NotFound) as error:
            raise CommandError(self._words(error, options["biller"])) from error

    def _import(self, options: dict[str, Any]) -> None:
        path: Path = options["file"]
        order = stage.Order(options["biller"], self._mapping(options["map"]), options["as_of"])
        if not path.is_file():
            raise CommandError(f"There is no file {path}.")
        size = path.stat().st_size
        upload = stage.Upload(path.name, size, _pieces(path))
        now = clock.now()
        with _bar("Reading", size, "B") as bar:
            import_id = stage.run(actor=OPERATOR, now=now, upload=upload, order=order, progress=_to(bar))
        imported = check.run(actor=OPERATOR, now=now, import_id=import_id)
        self._report(imported, options)
        if not options["commit"]:
            self.stdout.write("Dry run: nothing was changed. Add --commit to import.")
            return
        with _bar("Importing", imported.accepted, "row") as bar:
            done = commit.run(
                actor=OPERATOR,
                now=now,
                import_id=import_id,
                progress=_to(bar),
                tells_payers=options["notify"],
            )
        self.stdout.write(f"Imported {done.accepted:,} invoices; {done.unchanged:,} were there already.")

    def _report(self, imported: ImportRow, options: dict[str, Any]) -> None:
        only_refused = options["refused_only"] or options["commit"]
        rows = import_queries.iterate_verdicts(actor=OPERATOR, imported=imported)
        report: Path | None = options["report"]
        if report is not None:
            with report.open("w", newline="", encoding="utf-8") as out:
                _write_report(out, rows)
            self.stdout.write(f"The report is in {report}.")
        else:
            for row in rows:
                if row.verdict == states.REFUSED or not only_refused:
                    self.stdout.write(_line(row))
        self.stdout.write(
            f"{imported.file_name}: {imported.accepted:,} accepted, {imported.unchanged:,} unchanged, "
            f"{imported.refused:,} refused."
        )

    @staticmethod
    def _mapping(path: Path | None) -> mapping.Mapping:
        if path is None:
            return mapping.OWN
        try:
            return mapping.parse(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise CommandError(f"The mapping file {path} cannot be read.") from error
        except UnicodeDecodeError as error:
            raise CommandError(f"The mapping file {path} is not UTF-8 text.") from error

    @staticmethod
    def _words(error: errors.CounterfoilError, biller: str) -> str:
        if isinstance(error, errors.Refused):
            return error.message
        return f'There is no biller "{biller}".'


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(PIECE_BYTES):
            yield piece


def _bar(title: str, total: int, unit: str) -> tqdm[Any]:
    return tqdm(total=total, desc=title, unit=unit, unit_scale=unit == "B", disable=None, file=sys.stderr)


def _to(bar: tqdm[Any]) -> stage.Progress:
    """Return a listener that moves the bar to what is done so far."""
    return lambda done: bar.update(done - bar.n) and None


def _line(row: Verdict) -> str:
    amount = "" if row.total_minor is None else formats.money(row.total_minor, "USD", "en")
    text = f"line {row.line:>6}  {row.number[:20]:<20}  {amount:>14}  {row.verdict}"
    text = f"{text}: {row.reason}" if row.reason else text
    return "".join(c if c.isprintable() else "\ufffd" for c in text)


def _write_report(out: Any, rows: Iterator[Verdict]) -> None:
    writer = csv.writer(out)
    writer.writerow(["line", "number", "account", "total_minor", "verdict", "reason"])
    for row in rows:
        writer.writerow(
            [
                row.line,
                _harmless(row.number),
                _harmless(row.account_number),
                "" if row.total_minor is None else row.total_minor,
                row.verdict,
                _harmless(row.reason),
            ]
        )


def _harmless(text: str) -> str:
    """Keep a spreadsheet from running what a file gave us (CV-01)."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text
