"""The command `counterfoil`."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import MutableMapping
from pathlib import Path
from typing import Final

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from counterfoil.core import keyring

# The kind of process decides the database's time limits, before settings are read.
PROCESSES: Final = {"web": "web", "worker": "worker"}

# The demo's supervisor notes its settings here while it runs, readable by its own user alone.
DEMO_NOTE: Final = Path(".counterfoil") / "demo.env"
CHECKOUT: Final = Path(__file__).resolve().parents[3]


def remember_demo(environ: MutableMapping[str, str], *, folders: tuple[Path, ...]) -> None:
    """Let a command in another terminal find the running demo; whatever is set already stays.

    Nothing is read where a database is named or the installation is said: a live one is never guessed.
    """
    if environ.get("DATABASE_URL") or environ.get("COUNTERFOIL_INSTALLATION"):
        return
    note = next((folder / DEMO_NOTE for folder in folders if (folder / DEMO_NOTE).is_file()), None)
    if note is None:
        return
    for line in note.read_text(encoding="utf-8").splitlines():
        name, _, value = line.partition("=")
        environ.setdefault(name, "".join(shlex.split(value)))


def main() -> None:
    """Run one command; without one, list them."""
    remember_demo(os.environ, folders=(Path.cwd(), CHECKOUT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "counterfoil.config.settings")
    command = sys.argv[1] if len(sys.argv) > 1 else ""
    os.environ.setdefault("COUNTERFOIL_PROCESS", PROCESSES.get(command, "cli"))
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"{error}. The settings are listed in docs/reference/settings.md.")
    except keyring.KeyRingError as error:
        sys.exit(f"{error}.")


if __name__ == "__main__":
    main()
