"""The generated documents leave nothing out."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path

from counterfoil.cli.management.commands import generate
from counterfoil.core import states

SRC = Path(__file__).parents[2] / "src"


def machines() -> Iterator[tuple[str, states.Machine]]:
    """Every status table of the product, by the module and the name that hold it."""
    for path in sorted((SRC / "counterfoil").rglob("*.py")):
        if "Machine(" not in path.read_text() or path == Path(states.__file__):
            continue
        name = ".".join(path.relative_to(SRC).with_suffix("").parts)
        for variable, value in vars(importlib.import_module(name)).items():
            if isinstance(value, states.Machine):
                yield f"{name}.{variable}", value


def test_every_status_table_is_drawn_once() -> None:
    found = dict(machines())
    drawn = [id(machine) for machine in generate.MACHINES.values()]

    assert len(found) > 10
    assert [name for name, machine in found.items() if id(machine) not in drawn] == []
    assert len(drawn) == len(set(drawn)) == len({id(machine) for machine in found.values()})
