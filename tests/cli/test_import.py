"""`counterfoil import invoices` as an operator uses it."""

from __future__ import annotations

import csv
import io
import pathlib

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from counterfoil.invoices.models import Invoice
from tests.factories.people import Community

pytestmark = pytest.mark.django_db

HEAD = "account,number,issued_on,due_on,line_amount,holder_name\n"
GOOD = "A,1,2026-01-01,2026-02-01,5.00,Ann\n"
BAD = "B,2,2026-01-01,2026-02-01,-5.00,Bea\n"


@pytest.fixture
def home() -> Community:
    return Community()


def file(folder: pathlib.Path, *rows: str, name: str = "in.csv") -> pathlib.Path:
    path = folder / name
    path.write_text(HEAD + "".join(rows))
    return path


def run(path: pathlib.Path, home: Community, *options: str) -> str:
    out = io.StringIO()
    call_command("import", "invoices", str(path), "--biller", home.key, *options, stdout=out)
    return out.getvalue()


def test_it_is_a_dry_run_unless_told_otherwise(home: Community, tmp_path: pathlib.Path) -> None:
    said = run(file(tmp_path, GOOD, BAD), home)
    assert "line      2  1                              $5.00  accepted" in said
    assert "line      3  2                             -$5.00  refused: the total is negative" in said
    assert "in.csv: 1 accepted, 0 unchanged, 1 refused." in said
    assert "Dry run: nothing was changed" in said
    assert not Invoice.objects.filter(biller_id=home.id).exists()


def test_commit_imports_and_again_changes_nothing(home: Community, tmp_path: pathlib.Path) -> None:
    path = file(tmp_path, GOOD)
    assert "Imported 1 invoices; 0 were there already." in run(path, home, "--commit")
    assert "Imported 0 invoices; 1 were there already." in run(path, home, "--commit")
    assert Invoice.objects.filter(biller_id=home.id).count() == 1


def test_one_refused_row_refuses_the_commit(home: Community, tmp_path: pathlib.Path) -> None:
    with pytest.raises(CommandError, match="1 of its rows are refused, so nothing was imported"):
        run(file(tmp_path, GOOD, BAD), home, "--commit")
    assert not Invoice.objects.filter(biller_id=home.id).exists()


def test_the_report_file_runs_nothing_in_a_spreadsheet(home: Community, tmp_path: pathlib.Path) -> None:
    report = tmp_path / "report.csv"
    run(file(tmp_path, "A,=1+1,2026-01-01,2026-02-01,5.00,Ann\n"), home, "--report", str(report))
    (row,) = csv.DictReader(io.StringIO(report.read_text()))
    assert row["verdict"] == "refused"
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row.values())


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--map", "/nowhere.toml"), "The mapping file /nowhere.toml cannot be read."),
        (("--map", "pyproject.toml"), "names no column for"),
    ],
)
def test_a_mapping_that_will_not_do_is_said_so(
    home: Community, tmp_path: pathlib.Path, options: tuple[str, ...], says: str
) -> None:
    with pytest.raises(CommandError, match=says):
        run(file(tmp_path, GOOD), home, *options)


def test_a_file_or_a_biller_that_is_not_there_is_said_so(home: Community, tmp_path: pathlib.Path) -> None:
    with pytest.raises(CommandError, match="There is no file"):
        run(tmp_path / "none.csv", home)
    home.key = "nobody"
    with pytest.raises(CommandError, match='There is no biller "nobody"'):
        run(file(tmp_path, GOOD), home)
