"""Reads of dated rules."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from django.db.models import Q

from counterfoil.core import errors
from counterfoil.rules.models import Rule


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
    in_force = Q(valid_from__lte=on) & (Q(valid_to__isnull=True) | Q(valid_to__gt=on))
    rows = Rule.objects.filter(in_force, rule_key__in=list(keys)).order_by("rule_key", "valid_from")
    # In ascending day: a later row of the same rule takes the earlier one's place.
    values = dict(rows.values_list("rule_key", "value"))
    missing = sorted(set(keys) - set(values))
    if missing:
        raise NoRule(f"no value on {on} for: {', '.join(missing)}")
    return values
