"""The process's settings, from the environment."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Config:
    """What the process was told."""

    database_url: str
    port: int
    base_url: str
    admin_key: str
    merchants: tuple[dict[str, Any], ...]
    threads: int


def _merchants(value: str) -> tuple[dict[str, Any], ...]:
    if not value.strip():
        return ()
    text = value if value.lstrip().startswith("[") else Path(value).read_text("utf-8")
    return tuple(json.loads(text))


def read(environ: Mapping[str, str] = os.environ) -> Config:
    """Read SANDBOX_*. Raises SystemExit with a sentence when the database is not named."""
    database_url = environ.get("SANDBOX_DATABASE_URL", "")
    if not database_url:
        raise SystemExit("SANDBOX_DATABASE_URL is not set: the sandbox needs a database of its own.")
    port = int(environ.get("SANDBOX_PORT", "8001"))
    return Config(
        database_url=database_url,
        port=port,
        base_url=environ.get("SANDBOX_BASE_URL", f"http://localhost:{port}"),
        admin_key=environ.get("SANDBOX_ADMIN_KEY", ""),
        merchants=_merchants(environ.get("SANDBOX_MERCHANTS", "")),
        threads=int(environ.get("SANDBOX_THREADS", "8")),
    )
