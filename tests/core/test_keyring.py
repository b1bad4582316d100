from __future__ import annotations

import json
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pytest_django import Settings

from counterfoil.core import keyring

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)


def test_a_new_ring_has_a_key_and_every_named_secret_and_is_its_owners_alone(key_file: Path) -> None:
    ring = keyring.load(key_file, installation="demo")

    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    assert len(ring.keys) == 1
    assert len(ring.newest.raw) == 32
    assert len({ring.secret(name) for name in keyring.SECRETS}) == 4


def test_a_ring_is_never_overwritten(key_file: Path) -> None:
    before = key_file.read_bytes()

    with pytest.raises(keyring.KeyRingError, match="already"):
        keyring.new(key_file, installation="demo", made_at=AT)
    assert key_file.read_bytes() == before


def test_rotation_adds_a_key_and_keeps_the_old_ones_and_the_secrets(key_file: Path) -> None:
    before = keyring.load(key_file, installation="demo")

    keyring.rotate(key_file, made_at=AT)
    after = keyring.load(key_file, installation="demo")

    assert [key.id for key in after.keys[:-1]] == [key.id for key in before.keys]
    assert after.newest.id != before.newest.id
    assert after.secret("ssn_pepper") == before.secret("ssn_pepper")
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    assert list(key_file.parent.iterdir()) == [key_file]


def test_a_live_installation_refuses_a_demos_ring(key_file: Path) -> None:
    assert keyring.check(key_file, installation="demo") == []
    with pytest.raises(keyring.KeyRingError, match="made for a demo"):
        keyring.load(key_file, installation="live")


def test_a_ring_that_others_can_read_is_refused(key_file: Path) -> None:
    key_file.chmod(0o640)

    assert "chmod 600" in keyring.check(key_file, installation="demo")[0]
    with pytest.raises(keyring.KeyRingError, match="read by others"):
        keyring.load(key_file, installation="demo")


def test_a_missing_ring_says_how_to_make_one(tmp_path: Path) -> None:
    assert "counterfoil keys new" in keyring.check(tmp_path / "none", installation="demo")[0]


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"format": 1, "mark": "demo", "keys": [], "secrets": {}}', "\x00"]
)
def test_a_damaged_ring_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "keys.json"
    path.write_text(text)
    path.chmod(0o600)

    assert keyring.check(path, installation="demo")


def test_a_key_of_the_wrong_length_is_refused_without_quoting_it(key_file: Path) -> None:
    document = json.loads(key_file.read_text())
    document["keys"][0]["key"] = "c2hvcnQ="
    key_file.write_text(json.dumps(document))

    with pytest.raises(keyring.KeyRingError) as caught:
        keyring.load(key_file, installation="demo")
    assert "c2hvcnQ" not in str(caught.value)
    assert caught.value.__context__ is None


def test_a_missing_secret_is_named(key_file: Path) -> None:
    document = json.loads(key_file.read_text())
    del document["secrets"]["ssn_pepper"]
    key_file.write_text(json.dumps(document))

    assert keyring.check(key_file, installation="demo") == ["secret ssn_pepper is missing"]


def test_the_running_program_sees_a_rotation(key_file: Path) -> None:
    before = keyring.current().newest.id

    keyring.rotate(key_file, made_at=AT)

    assert keyring.current().newest.id != before


def test_nothing_secret_is_printed(key_file: Path) -> None:
    ring = keyring.current()

    assert repr(ring.newest.raw) not in repr(ring) + repr(ring.keys)
    assert set(vars(ring)) == {"mark", "keys", "_by_id", "_named"}
    assert "raw" not in repr(ring.newest)


def test_the_settings_must_name_a_ring(tmp_path: Path, settings: Settings) -> None:
    settings.COUNTERFOIL_KEYS_FILE = str(tmp_path / "none")

    with pytest.raises(keyring.KeyRingError, match="counterfoil keys new"):
        keyring.current()
