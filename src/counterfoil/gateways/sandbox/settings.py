"""What a connection to the sandbox needs, and the form that asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from counterfoil.gateways import base

KEY = "sandbox"
FIELDS = (
    base.SettingField("base_url", "Address of the gateway", help_text="Such as http://localhost:8001"),
    base.SettingField("public_key", "Public key", help_text="Begins with pk_"),
    base.SettingField("secret_key", "Secret key", secret=True, help_text="Begins with sk_"),
    base.SettingField("webhook_secret", "Webhook secret", secret=True, help_text="Begins with whsec_"),
)


@dataclass(frozen=True, slots=True)
class SandboxSettings:
    """A merchant's keys at one sandbox; the secrets stay out of `repr`."""

    base_url: str
    public_key: str
    secret_key: str = field(repr=False)
    webhook_secret: str = field(repr=False)

    @property
    def origin(self) -> str:
        """Scheme, host and port of the gateway."""
        parts = urlsplit(self.base_url)
        return f"{parts.scheme}://{parts.netloc}"


def read(config: Mapping[str, str]) -> SandboxSettings:
    """Settings from a stored connection. Raises `base.Refused` naming what is missing."""
    missing = [wanted.name for wanted in FIELDS if not config.get(wanted.name)]
    if missing:
        raise base.Refused(f"the sandbox connection lacks {', '.join(missing)}", code="settings_missing")
    return SandboxSettings(
        base_url=config["base_url"].rstrip("/"),
        public_key=config["public_key"],
        secret_key=config["secret_key"],
        webhook_secret=config["webhook_secret"],
    )
