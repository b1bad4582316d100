from __future__ import annotations

from pathlib import Path

from counterfoil.cli import main


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
