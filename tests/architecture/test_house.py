"""What import-linter cannot see about the house: sizes, hidden imports, and where rows are touched."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models

SRC = Path(__file__).parents[2] / "src"
FILES = sorted(path for path in SRC.rglob("*.py") if "migrations" not in path.parts)
FILE_LINES, FUNCTION_LINES, PARAMETERS = 500, 40, 6
GRAB_BAGS = {"utils", "helpers", "common", "manager", "managers", "misc"}
GATEWAYS = {"sandbox", "stripe", "nacha", "paypal"}
MAY_TOUCH_ROWS = ("queries.py", "operations.py", "models.py")
FORMS = {"forms", "portal"}
WRITES = {"create", "update", "delete", "bulk_create", "bulk_update", "get_or_create", "update_or_create"}


def named(path: Path) -> str:
    return str(path.relative_to(SRC))


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count a function's lines without its docstring and decorators."""
    first = node.body[1] if ast.get_docstring(node) and len(node.body) > 1 else node.body[0]
    return (node.end_lineno or 0) - first.lineno + 1


@pytest.fixture(scope="module")
def trees() -> dict[Path, ast.Module]:
    return {path: ast.parse(path.read_text()) for path in FILES}


def test_files_are_small() -> None:
    assert [f"{named(p)}: {n}" for p in FILES if (n := len(p.read_text().splitlines())) > FILE_LINES] == []


def test_functions_are_small(trees: dict[Path, ast.Module]) -> None:
    long = [
        f"{named(path)}:{node.name}: {length(node)} lines"
        for path, tree in trees.items()
        for node in functions(tree)
        if length(node) > FUNCTION_LINES
    ]
    assert long == []


def test_parameters_are_few(trees: dict[Path, ast.Module]) -> None:
    """Past six, a frozen value says more. Keywords that a call must name are counted from eight on."""
    many = [
        f"{named(path)}:{node.name}"
        for path, tree in trees.items()
        for node in functions(tree)
        if len([a for a in node.args.args if a.arg not in {"self", "cls"}]) > PARAMETERS + 2
        or len(node.args.kwonlyargs) > PARAMETERS + 2
    ]
    assert many == []


def test_no_import_hides_in_a_function(trees: dict[Path, ast.Module]) -> None:
    hidden = [
        f"{named(path)}:{node.name}"
        for path, tree in trees.items()
        for node in functions(tree)
        if any(isinstance(inner, ast.Import | ast.ImportFrom) for inner in ast.walk(node))
    ]
    assert hidden == []


def test_no_grab_bags() -> None:
    assert [named(p) for p in FILES if p.stem in GRAB_BAGS or GRAB_BAGS & set(p.parts)] == []


def test_internal_imports_name_a_module(trees: dict[Path, ast.Module]) -> None:
    """`from counterfoil.payments import queries`, never a name out of a package's `__init__`."""
    wrong = []
    for path, tree in trees.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("counterfoil"):
                place = SRC / Path(*str(node.module).split("."))
                if place.is_dir():
                    wrong += [
                        f"{named(path)}: {node.module}.{alias.name}"
                        for alias in node.names
                        if not (place / f"{alias.name}.py").exists() and not (place / alias.name).is_dir()
                    ]
    assert wrong == []


def test_rows_are_touched_by_nouns_alone(trees: dict[Path, ast.Module]) -> None:
    """`.objects` stands in queries and operations only."""
    touched = [
        f"{named(path)}:{node.lineno}"
        for path, tree in trees.items()
        if named(path).startswith("counterfoil/") and not path.name.endswith(MAY_TOUCH_ROWS)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in {"objects", "_base_manager", "get_model"}
    ]
    assert touched == []


def test_saves_name_their_columns(trees: dict[Path, ast.Module]) -> None:
    """A save without `update_fields` writes back what another transaction changed."""
    wrong = []
    for path, tree in trees.items():
        if not named(path).startswith("counterfoil/"):
            continue
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr == "save"
            ):
                names = {keyword.arg for keyword in node.keywords}
                is_row = path.name == "operations.py"
                may_save = names & {"update_fields", "force_insert"} if is_row else path.parent.name in FORMS
                if not may_save:
                    wrong.append(f"{named(path)}:{node.lineno}")
    assert wrong == []


def test_queries_write_nothing(trees: dict[Path, ast.Module]) -> None:
    wrong = [
        f"{named(path)}:{node.lineno}"
        for path, tree in trees.items()
        if path.name.endswith("queries.py") and named(path).startswith("counterfoil/")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in WRITES
        # A hash is updated too, by position; rows are by keyword.
        and (node.func.attr != "update" or node.keywords)
    ]
    assert wrong == []


def test_gateways_are_named_in_their_own_folder(trees: dict[Path, ast.Module]) -> None:
    """Ask what a gateway can do, never which one it is. A demo sets one up by name, and settings say where it is."""
    allowed = ("counterfoil/gateways/", "counterfoil/config/", "counterfoil/cli/")
    wrong = [
        f"{named(path)}:{node.lineno}"
        for path, tree in trees.items()
        if named(path).startswith("counterfoil/") and not named(path).startswith(allowed)
        for node in ast.walk(tree)
        if (isinstance(node, ast.Constant) and node.value in GATEWAYS)
        or (
            isinstance(node, ast.Name | ast.Attribute)
            and getattr(node, "id", getattr(node, "attr", "")) in GATEWAYS
        )
    ]
    assert wrong == []


def floors() -> dict[str, int]:
    """Return how deep each package lies, from the contract itself."""
    settings = tomllib.loads((SRC.parent / "pyproject.toml").read_text())
    contract = next(c for c in settings["tool"]["importlinter"]["contracts"] if c["id"] == "floors")
    return {
        package.strip(" ()"): depth
        for depth, layer in enumerate(contract["layers"])
        for package in layer.split("|")
    }


def test_keys_point_down() -> None:
    """No row names a row of a higher floor, nor of a neighbor."""
    depth = floors()
    wrong = []
    for model in apps.get_models():
        home = model.__module__.split(".")
        if home[0] != "counterfoil":
            continue
        for column in model._meta.get_fields():
            target = getattr(column, "related_model", None)
            if not isinstance(column, models.ForeignKey | models.ManyToManyField) or target is None:
                continue
            there = target.__module__.split(".")
            if there[0] == "counterfoil" and there[1] != home[1] and depth[there[1]] <= depth[home[1]]:
                wrong.append(f"{model.__name__}.{column.name} -> {target.__name__}")
    assert wrong == []


def test_every_row_of_a_biller_carries_the_biller() -> None:
    """The wall between tenants is on every row; these rows belong to none or to the installation."""
    free = {
        "Organization", "Biller", "Login", "Rule", "StoredFile", "FilePiece", "AuditEvent", "AuditPending",
        "AuditSeal", "CacheEntry",
    }  # fmt: skip
    without = [
        model.__name__
        for model in apps.get_models()
        if model.__module__.startswith("counterfoil.")
        and model.__name__ not in free
        and "biller" not in {field.name for field in model._meta.get_fields()}
    ]
    assert without == []
