from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from counterfoil.core import keyring, vault

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
PLAIN = b"000123456789"


def _seal() -> str:
    return vault.seal(PLAIN, table="method", column="number", row="mth_1")


def test_what_was_sealed_opens_in_its_place(key_file: Path) -> None:
    sealed = _seal()

    assert vault.open(sealed, table="method", column="number", row="mth_1") == PLAIN
    assert sealed.split(".")[:2] == ["v1", keyring.current().newest.id]
    assert "000123456789" not in sealed


def test_the_same_text_sealed_twice_differs(key_file: Path) -> None:
    assert _seal() != _seal()


@pytest.mark.parametrize(
    ("table", "column", "row"),
    [
        ("other", "number", "mth_1"),
        ("method", "other", "mth_1"),
        ("method", "number", "mth_2"),
        ("methodnumber", "", "mth_1"),
    ],
)
def test_it_does_not_open_in_another_place(key_file: Path, table: str, column: str, row: str) -> None:
    with pytest.raises(vault.SealBroken):
        vault.open(_seal(), table=table, column=column, row=row)


@pytest.mark.parametrize("change", ["", "v1", "v1..", "v2.x.y", "plain text", "v1.{id}.!!!", "v1.{id}.AAAA"])
def test_what_is_no_sealed_text_is_refused(key_file: Path, change: str) -> None:
    with pytest.raises((vault.SealBroken, keyring.KeyRingError)):
        vault.open(
            change.format(id=keyring.current().newest.id), table="method", column="number", row="mth_1"
        )


def test_one_changed_character_is_found(key_file: Path) -> None:
    sealed = _seal()
    changed = sealed[:-6] + ("A" if sealed[-6] != "A" else "B") + sealed[-5:]

    with pytest.raises(vault.SealBroken):
        vault.open(changed, table="method", column="number", row="mth_1")


def test_after_a_rotation_the_old_opens_and_the_newest_key_seals(key_file: Path) -> None:
    old = _seal()
    keyring.rotate(key_file, made_at=AT)
    new = _seal()

    assert vault.open(old, table="method", column="number", row="mth_1") == PLAIN
    assert not vault.is_current(old)
    assert vault.is_current(new)


def test_without_its_key_it_says_which_one_is_missing(key_file: Path) -> None:
    sealed = _seal()
    keyring.rotate(key_file, made_at=AT)
    document = json.loads(key_file.read_text())
    gone = document["keys"].pop(0)["id"]
    key_file.write_text(json.dumps(document))

    with pytest.raises(keyring.KeyRingError, match=gone):
        vault.open(sealed, table="method", column="number", row="mth_1")
