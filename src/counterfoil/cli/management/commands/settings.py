"""What one biller has set: shown, or changed."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from counterfoil.billers import queries as biller_queries, settings
from counterfoil.cli import biller_settings
from counterfoil.core import clock, errors
from counterfoil.core.actor import OPERATOR
from counterfoil.flows.billers import change_settings


class Command(BaseCommand):
    """Without an assignment, shows all; with some, changes them, or nothing when one cannot be."""

    help = "Shows what a biller has set; with SECTION.NAME=VALUE, such as portal.sharing=off, changes it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the biller, and what to change."""
        parser.add_argument("biller", help="the biller's key, such as maple-court")
        parser.add_argument("changes", nargs="*", metavar="SECTION.NAME=VALUE", help="what to change")

    def handle(self, *args: Any, **options: Any) -> None:
        """Change, and show what holds then."""
        try:
            biller = biller_queries.get_by_key(key=options["biller"])
        except errors.NotFound as error:
            raise CommandError(f"There is no biller {options['biller']}.") from error
        try:
            _change(biller.id, biller_settings.parse(options["changes"]))
        except biller_settings.Unreadable as error:
            raise CommandError(str(error)) from error
        for section in settings.SECTIONS:
            _version, document = biller_queries.get_settings(biller_id=biller.id, section=section)
            self.stdout.write("\n".join(biller_settings.lines(section, document)))


def _change(biller_id: int, changes: biller_settings.Changes) -> None:
    section = ""
    try:
        # All of it is tried before any of it is written.
        for section, values in changes.items():
            change_settings.check(biller_id=biller_id, section=section, changes=values)
        for section, values in changes.items():
            change_settings.run(
                actor=OPERATOR, now=clock.now(), biller_id=biller_id, section=section, changes=values
            )
    except errors.Refused as refused:
        place = f"{section}.{refused.field}: " if refused.field else ""
        raise CommandError(f"{place}{refused.message}") from refused
