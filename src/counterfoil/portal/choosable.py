"""Which saved methods can be chosen on a day, and which cards are shown beside them because they have expired."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from counterfoil.methods.queries import MethodRow


@dataclass(frozen=True, slots=True)
class Choosable:
    """Methods that can be chosen, and expired cards, which cannot until they are renewed."""

    methods: tuple[MethodRow, ...]
    expired: tuple[MethodRow, ...]


def split(methods: Iterable[MethodRow], *, on: date) -> Choosable:
    """Take the cards that have expired on this day at their biller out of what can be chosen; the order stays."""
    rows = tuple(methods)
    expired = tuple(row for row in rows if row.is_expired(on=on))
    return Choosable(tuple(row for row in rows if row not in expired), expired)
