"""The settings of a gateway as an operator gives them: what is no secret as arguments, secrets never."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Final

from django.core.management.base import CommandError

from counterfoil.cli import secret
from counterfoil.gateways import base

# A secret is read from COUNTERFOIL_CONNECT_SECRET_KEY and the like, or asked for: arguments are seen by everybody.
SECRET_FROM: Final = "COUNTERFOIL_CONNECT_"  # noqa: S105 - how variables begin


def add_argument(parser: ArgumentParser) -> None:
    """Take settings that are no secret."""
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a setting of the gateway that is no secret, such as base_url=https://...",
    )


def given(assignments: list[str], fields: Mapping[str, base.SettingField]) -> dict[str, str]:
    """Return the settings that are no secret.

    :raises CommandError: one is unknown, or a secret.
    """
    found: dict[str, str] = {}
    for text in assignments:
        name, _, value = text.partition("=")
        if field_of(name, fields).secret:
            raise CommandError(f"{name} is a secret: it is asked for, or read from {_variable(name)}.")
        found[name] = value.strip()
    return found


def field_of(name: str, fields: Mapping[str, base.SettingField]) -> base.SettingField:
    """Return what the gateway says of a setting.

    :raises CommandError: it has none of this name.
    """
    if name not in fields:
        raise CommandError(f"This gateway has no setting {name}; it has {', '.join(fields)}.")
    return fields[name]


def read_secret(field: base.SettingField) -> str:
    """Return a secret that is asked for, or read from the environment."""
    return secret.read(variable=_variable(field.name), question=f"{field.label} ({field.help_text})").strip()


def _variable(name: str) -> str:
    return f"{SECRET_FROM}{name.upper()}"
