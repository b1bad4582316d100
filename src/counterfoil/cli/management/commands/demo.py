"""The demo's data, once; and who can log in."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from counterfoil.cli.demo import load
from counterfoil.core import clock


class Command(BaseCommand):
    """Loads through flows, in a demo alone. Safe to run again: what is loaded stays as it is.

    Ports may be others than last time: the practice gateway and the billers are told.
    """

    help = "Loads the demo's data once; with --print says who can log in."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take whether to say who is there."""
        parser.add_argument("--print", action="store_true", dest="say")

    def handle(self, *args: Any, **options: Any) -> None:
        """Load, or say."""
        if settings.COUNTERFOIL_INSTALLATION != "demo":
            raise CommandError("This is not a demo: COUNTERFOIL_INSTALLATION says live.")
        if options["say"]:
            self._say()
            return
        state = load.state()
        if state == "half":
            raise CommandError(
                "The demo's data was loaded in part only. Run `make demo-reset`, then start again."
            )
        if state == "none":
            self.stdout.write("Loading the demo's people, bills and payments ...")
            load.run(now=clock.now())
        else:
            load.move(now=clock.now())

    def _say(self) -> None:
        second = (
            "is required for staff"
            if settings.COUNTERFOIL_MFA_REQUIRED
            else "is OFF in this demo (preset: on)"
        )
        self.stdout.write(f"Second factor: {second}.")
        for role, name, email, password in load.addresses():
            self.stdout.write(f"{email:28} {password:24} {name}, {role}")
