"""The key ring: made, added to, checked."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from counterfoil.core import clock, keyring


class Command(BaseCommand):
    """Acts on the file named by COUNTERFOIL_KEYS_FILE; never prints a key."""

    help = "new: makes the key ring; rotate: adds a key that encrypts from now on; check: says what is wrong."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take what to do."""
        parser.add_argument("what", choices=("new", "rotate", "check"))

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it, and say in words what was done."""
        path = Path(settings.COUNTERFOIL_KEYS_FILE)
        installation = settings.COUNTERFOIL_INSTALLATION
        try:
            if options["what"] == "new":
                ring = keyring.new(path, installation=installation, made_at=clock.real_now())
            elif options["what"] == "rotate":
                ring = keyring.rotate(path, made_at=clock.real_now())
            else:
                problems = keyring.check(path, installation=installation)
                if problems:
                    raise CommandError("\n".join(problems))
                ring = keyring.load(path, installation=installation)
        except keyring.KeyRingError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{path}: {len(ring.keys)} keys, the newest is {ring.newest.id}. Keep a copy in a safe place."
        )
