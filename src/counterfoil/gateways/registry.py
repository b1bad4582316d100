"""Which gateways there are. The only place that knows them all."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from counterfoil.gateways import base
from counterfoil.gateways.sandbox import gateway as sandbox_gateway, settings as sandbox_settings

Factory = Callable[[Mapping[str, str]], base.Gateway]

FACTORIES: dict[str, Factory] = {
    sandbox_settings.KEY: lambda config: sandbox_gateway.SandboxGateway(sandbox_settings.read(config)),
}
FIELDS: dict[str, tuple[base.SettingField, ...]] = {
    sandbox_settings.KEY: sandbox_settings.FIELDS,
}


def open_gateway(*, key: str, config: Mapping[str, str]) -> base.Gateway:
    """A gateway connection ready to be called; cheap, opens nothing yet.

    Raises `base.NotOffered` for an unknown key, `base.Refused` when a setting is missing.
    """
    if key not in FACTORIES:
        raise base.NotOffered(f"there is no gateway {key}", code="unknown_gateway")
    return FACTORIES[key](config)


def setting_fields(*, key: str) -> tuple[base.SettingField, ...]:
    """The desk form of a gateway's connection. Raises `base.NotOffered`."""
    if key not in FIELDS:
        raise base.NotOffered(f"there is no gateway {key}", code="unknown_gateway")
    return FIELDS[key]
