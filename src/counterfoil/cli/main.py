"""The command `counterfoil`."""

from __future__ import annotations

import os
import sys
from typing import Final

from django.core.management import execute_from_command_line

# The kind of process decides the database's time limits, before settings are read.
PROCESSES: Final = {"web": "web", "worker": "worker"}


def main() -> None:
    """Run one command; without one, list them."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "counterfoil.config.settings")
    command = sys.argv[1] if len(sys.argv) > 1 else ""
    os.environ.setdefault("COUNTERFOIL_PROCESS", PROCESSES.get(command, "cli"))
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
