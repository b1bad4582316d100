"""Where the stand keeps its things.

As root below /var/lib, because the server runs as another user, who may not enter root's home; as a normal user in
`.counterfoil/` in the checkout.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOTS_HOME = Path("/var/lib/counterfoil")
CHECKOUT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Places:
    """The folders and files of one checkout's demo."""

    checkout: Path
    state: Path

    @property
    def cluster(self) -> Path:
        """The server's folder."""
        return self.state / "postgres"

    @property
    def credentials(self) -> Path:
        """Passwords of the database roles, 0600."""
        return self.state / "credentials.json"

    @property
    def secrets(self) -> Path:
        """The demo's own secrets, 0600."""
        return self.state / "secrets.json"

    @property
    def keys(self) -> Path:
        """The demo's key ring, made by `counterfoil keys new`."""
        return self.state / "keys.json"

    @property
    def mailbox(self) -> Path:
        """Messages that the mailbox caught."""
        return self.state / "mailbox"

    @property
    def lock(self) -> Path:
        """Held while a demo runs."""
        return self.state / "lock"

    @property
    def environment(self) -> Path:
        """The running demo's settings, so that `counterfoil` in another terminal finds the same database."""
        return self.checkout / ".counterfoil" / "demo.env"


def find(*, environ: Mapping[str, str], checkout: Path = CHECKOUT, as_root: bool | None = None) -> Places:
    """Return the places of `checkout`; COUNTERFOIL_STATE_DIR overrides where the state lies."""
    given = environ.get("COUNTERFOIL_STATE_DIR")
    if given:
        state = Path(given).resolve()
    elif os.geteuid() == 0 if as_root is None else as_root:
        state = ROOTS_HOME / hashlib.sha256(bytes(checkout)).hexdigest()[:12]
    else:
        state = checkout / ".counterfoil"
    return Places(checkout=checkout, state=state)


def write_secret(path: Path, text: str) -> None:
    """Write a file that only its owner may read, in one step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    beside.replace(path)
