"""Commands, places, the browser's order, the throw-away server."""

from __future__ import annotations

import fcntl
import json
import os
import stat
import sys
from pathlib import Path

import pytest

from counterfoil_stand import __main__ as command, browser, databases, demo, places, throwaway
from counterfoil_stand.errors import StandError

SHOW = "import json, os, sys; print(json.dumps(dict(os.environ)), file=open(sys.argv[1], 'w')); sys.exit(7)"


def test_root_keeps_its_state_where_the_servers_user_can_enter(tmp_path: Path) -> None:
    one = places.find(environ={}, checkout=tmp_path / "a", as_root=True)
    other = places.find(environ={}, checkout=tmp_path / "b", as_root=True)

    assert one.state.parent == Path("/var/lib/counterfoil")
    assert one.state != other.state
    assert places.find(environ={}, checkout=tmp_path, as_root=False).state == tmp_path / ".counterfoil"
    assert places.find(environ={"COUNTERFOIL_STATE_DIR": "/srv/cf"}, checkout=tmp_path).state == Path(
        "/srv/cf"
    )


def test_secrets_are_made_once_and_closed_to_others(tmp_path: Path) -> None:
    where = places.Places(checkout=tmp_path, state=tmp_path / "state")
    made = databases.Addresses(app="a", owner="o", sandbox="s")
    numbers = {"PORT": 8000, "SANDBOX_PORT": 8001, "MAILBOX_PORT": 8002, "MAILBOX_SMTP_PORT": 8025}

    first = demo.environment(where, addresses=made, numbers=numbers, environ={})
    again = demo.environment(
        where, addresses=made, numbers=numbers, environ={"COUNTERFOIL_MFA_REQUIRED": "on"}
    )

    assert stat.S_IMODE(where.secrets.stat().st_mode) == 0o600
    assert again == {**first, "COUNTERFOIL_MFA_REQUIRED": "on"}
    assert first["COUNTERFOIL_MFA_REQUIRED"] == "off"
    assert (first["DATABASE_URL"], first["MIGRATE_DATABASE_URL"], first["PORT"]) == ("a", "o", "8000")
    assert len(first["COUNTERFOIL_SECRET_KEY"]) >= 50
    assert first["COUNTERFOIL_SMTP_URL"] == "smtp://localhost:8025"


def test_the_note_for_other_terminals_holds_what_they_need(tmp_path: Path) -> None:
    note = tmp_path / "x" / "demo.env"
    demo.note_environment(note, {"DATABASE_URL": "postgresql://a:b@h/d", "PATH": "/bin", "PORT": "1"})

    assert note.read_text() == "DATABASE_URL=postgresql://a:b@h/d\nPORT=1\n"
    assert stat.S_IMODE(note.stat().st_mode) == 0o600


def test_a_second_demo_of_the_same_checkout_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COUNTERFOIL_STATE_DIR", str(tmp_path))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("MIGRATE_DATABASE_URL", raising=False)
    with (tmp_path / "lock").open("w") as holder:
        holder.write("4711")
        holder.flush()
        fcntl.flock(holder, fcntl.LOCK_EX)
        assert command.main(["reset"]) == 1

    assert "A demo of this checkout is running already (process 4711)." in capsys.readouterr().err


def test_reset_deletes_the_demos_own_data_and_no_others(tmp_path: Path) -> None:
    where = places.find(environ={"COUNTERFOIL_STATE_DIR": str(tmp_path)})
    where.mailbox.mkdir()
    where.keys.write_text("{}")

    with pytest.raises(StandError, match="is not the demo's own, so it is not deleted"):
        demo.reset(
            environ={
                "COUNTERFOIL_STATE_DIR": str(tmp_path),
                "DATABASE_URL": "postgresql://a@h/d",
                "MIGRATE_DATABASE_URL": "postgresql://o@h/d",
            }
        )
    assert where.keys.exists()
    demo.reset(environ={"COUNTERFOIL_STATE_DIR": str(tmp_path)})
    assert [path.name for path in tmp_path.iterdir()] == ["lock"]


def test_a_command_runs_beside_a_throw_away_server(tmp_path: Path) -> None:
    out = tmp_path / "environment"
    environ = {name: value for name, value in os.environ.items() if not name.endswith("DATABASE_URL")}

    status = throwaway.run([sys.executable, "-c", SHOW, str(out)], environ=environ)

    seen = json.loads(out.read_text())
    assert status == 7
    assert seen["DATABASE_URL"].startswith("postgresql://counterfoil_app:")
    assert seen["MIGRATE_DATABASE_URL"].startswith("postgresql://counterfoil_owner:")
    assert seen["SANDBOX_DATABASE_URL"].startswith("postgresql://counterfoil_sandbox:")
    assert seen["COUNTERFOIL_INSTALLATION"] == "demo"


def test_the_named_browser_wins_then_the_path_then_what_was_fetched_before(tmp_path: Path) -> None:
    folder, note = tmp_path / "bin", tmp_path / ".counterfoil" / "browser"
    for path in (folder / "google-chrome", tmp_path / "named", tmp_path / "fetched"):
        path.parent.mkdir(exist_ok=True)
        path.write_text("#!/bin/sh\n")
        path.chmod(0o755)
    note.parent.mkdir()
    note.write_text(f"{tmp_path / 'fetched'}\n")

    def find(environ: dict[str, str]) -> Path | None:
        return browser.find(environ=environ, checkout=tmp_path)

    assert find({"CHROMIUM": str(tmp_path / "named"), "PATH": str(folder)}) == tmp_path / "named"
    assert find({"PATH": str(folder)}) == folder / "google-chrome"
    assert find({"PATH": "/nowhere"}) == tmp_path / "fetched"
    (tmp_path / "fetched").unlink()
    assert find({"PATH": "/nowhere"}) is None


def test_without_a_browser_it_says_what_to_install(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHROMIUM", "/nowhere/chromium")

    assert command.main(["chromium"]) == 1
    assert "Install the package `chromium`" in capsys.readouterr().err
