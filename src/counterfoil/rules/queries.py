"""Reads of dated rules."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import date
from typing import Any

from counterfoil.core import db, errors


class NoRule(errors.CounterfoilError):
    """No value of this rule is in force on that day; nothing is guessed in its place."""

    code = "no_rule"


def at(key: str, *, on: date) -> Any:
    """Return the value of a rule in force on a day.

    :raises NoRule: none is.
    """
    return list_at([key], on=on)[key]


def integer_at(key: str, *, on: date) -> int:
    """Return the value of a rule that is a whole number, in force on a day.

    :raises NoRule: none is, or it is no whole number.
    """
    value = at(key, on=on)
    if not isinstance(value, int) or isinstance(value, bool):
        raise NoRule(f"rule {key} is no whole number on {on}")
    return value


def list_at(keys: Collection[str], *, on: date) -> dict[str, Any]:
    """Return the values of several rules in force on a day, with one query.

    :raises NoRule: one of them has none.
    """
    rows = db.select(
        "SELECT rule_key, value FROM rule WHERE rule_key = ANY(%s) AND valid_from <= %s"
        " AND (valid_to IS NULL OR valid_to > %s) ORDER BY rule_key, valid_from",
        [list(keys), on, on],
    )
    # In ascending day: a later row of the same rule takes the earlier one's place.
    values = {key: json.loads(value) for key, value in rows}
    missing = sorted(set(keys) - set(values))
    if missing:
        raise NoRule(f"no value on {on} for: {', '.join(missing)}")
    return values
