"""The biller whose books are measured."""

from __future__ import annotations

from counterfoil.billers.drafts import NewBiller
from counterfoil.core import clock
from counterfoil.core.actor import OPERATOR
from counterfoil.flows.billers import create


def run(key: str = "bench-court") -> int:
    """Make it; return its id."""
    new = NewBiller(
        organization="Bench Senior Living",
        key=key,
        name="Bench Court",
        zone="America/Chicago",
        phone="(555) 555-0142",
        email="billing@example.test",
    )
    return create.run(actor=OPERATOR, now=clock.now(), new=new).id
