from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django import Settings

from counterfoil.cli import main
from tests.factories.people import Community


def test_a_command_in_another_terminal_finds_the_running_demo(tmp_path: Path) -> None:
    note = tmp_path / ".counterfoil" / "demo.env"
    note.parent.mkdir()
    note.write_text("DATABASE_URL='postgresql://a:b c@h/d'\nPORT=8100\nCOUNTERFOIL_INSTALLATION=demo\n")
    environ = {"PORT": "9000"}

    main.remember_demo(environ, folders=(tmp_path / "elsewhere", tmp_path))

    assert environ == {
        "DATABASE_URL": "postgresql://a:b c@h/d",
        "PORT": "9000",
        "COUNTERFOIL_INSTALLATION": "demo",
    }


def test_a_named_database_or_installation_is_never_mixed_with_the_demos(tmp_path: Path) -> None:
    note = tmp_path / ".counterfoil" / "demo.env"
    note.parent.mkdir()
    note.write_text("DATABASE_URL=demo\nCOUNTERFOIL_KEYS_FILE=demo\n")

    for given in ({"DATABASE_URL": "live"}, {"COUNTERFOIL_INSTALLATION": "live"}):
        environ = dict(given)
        main.remember_demo(environ, folders=(tmp_path,))
        assert environ == given


@pytest.mark.django_db(transaction=True)
def test_a_missing_key_ring_is_said_in_one_line(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Community()
    settings.COUNTERFOIL_KEYS_FILE = str(tmp_path / "none.json")
    monkeypatch.setenv("COUNTERFOIL_PROCESS", "cli")
    monkeypatch.setenv("COUNTERFOIL_CONNECT_SECRET_KEY", "sk_x")
    monkeypatch.setenv("COUNTERFOIL_CONNECT_WEBHOOK_SECRET", "whsec_x")
    options = [
        "--gateway",
        "sandbox",
        "--kinds",
        "card",
        "--set",
        "base_url=http://x",
        "--set",
        "public_key=pk_x",
    ]
    monkeypatch.setattr("sys.argv", ["counterfoil", "connect", home.key, *options])

    with pytest.raises(SystemExit, match="make one with: counterfoil keys new"):
        main.main()
