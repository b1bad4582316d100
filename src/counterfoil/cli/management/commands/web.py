"""Serve the web application."""

from __future__ import annotations

import hashlib
import os
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from counterfoil.core import errors, grants, keyring

MAX_REQUESTS, JITTER = 20_000, 2_000
GRACE_SECONDS = 30
# The longest line gunicorn can be told to take: what was typed travels in the address, signed.
LONGEST_LINE = 8_190


class Command(BaseCommand):
    """Checks what must hold, gathers styles and scripts, and becomes gunicorn."""

    help = "Serves the web application with gunicorn."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take an address other than the environment's."""
        parser.add_argument("--bind", default=f"{settings.COUNTERFOIL_BIND}:{settings.COUNTERFOIL_PORT}")

    def handle(self, *args: Any, **options: Any) -> None:
        """Become gunicorn; does not return."""
        try:
            grants.refuse_powerful(connection)
            keyring.current()
        except errors.CounterfoilError as error:
            raise CommandError(str(error)) from error
        connection.close()
        _gather_static()
        sys.stdout.flush()
        os.execv(sys.executable, [sys.executable, "-m", "gunicorn", *_options(options["bind"])])  # noqa: S606 - a fixed list, no shell wanted


def _gather_static() -> None:
    """Gather, name by content and compress styles and scripts, unless that was done for these very files."""
    target = Path(settings.STATIC_ROOT)
    stamp, mark = target / ".gathered", _mark_of_static()
    if stamp.is_file() and stamp.read_text() == mark:
        return
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(mark)


def _mark_of_static() -> str:
    seen = hashlib.sha256()
    for finder in finders.get_finders():
        for name, storage in sorted(finder.list([]), key=lambda found: found[0]):
            source = Path(storage.path(name)).stat()
            seen.update(f"{name}:{source.st_size}:{source.st_mtime_ns}\n".encode())
    return seen.hexdigest()


def _options(bind: str) -> list[str]:
    return [
        "counterfoil.config.wsgi:application",
        "--worker-class=gthread",
        f"--workers={settings.COUNTERFOIL_WEB_WORKERS}",
        f"--threads={settings.COUNTERFOIL_WEB_THREADS}",
        f"--max-requests={MAX_REQUESTS}",
        f"--max-requests-jitter={JITTER}",
        f"--graceful-timeout={GRACE_SECONDS}",
        f"--limit-request-line={LONGEST_LINE}",
        f"--bind={bind}",
        # Our own line says what was asked by route; gunicorn's would say it by path, with secrets of links.
        "--log-level=warning",
    ]
