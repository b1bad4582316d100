"""A key ring of its own for every test that asks for one."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from pytest_django import Settings

from counterfoil.core import keyring

MADE_AT = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def key_file(tmp_path: Path, settings: Settings) -> Path:
    """Make a demo's key ring and let the settings name it."""
    path = tmp_path / "keys.json"
    keyring.new(path, installation="demo", made_at=MADE_AT)
    settings.COUNTERFOIL_INSTALLATION = "demo"
    settings.COUNTERFOIL_KEYS_FILE = str(path)
    return path
