"""Bring the database up to date, as its owner, and give the app's role its privileges."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.core.management.commands import migrate
from django.db import connections

from counterfoil.core import grants

OWNER = "owner"


class Command(migrate.Command):
    """Django's own command, run as the owner's role; afterwards the app's role may do exactly what it should."""

    help = "Brings the database up to date. Needs MIGRATE_DATABASE_URL, the owner's role."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the owner's address unless another one is named."""
        super().add_arguments(parser)
        parser.set_defaults(database=OWNER)

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate, then grant."""
        if options["database"] == OWNER and OWNER not in settings.DATABASES:
            raise CommandError(
                "MIGRATE_DATABASE_URL is not set: migrations run as the role that owns the tables"
            )
        super().handle(*args, **options)
        if options["database"] == OWNER and not options["plan"] and not options["check_unapplied"]:
            grants.apply(connections[OWNER], settings.DATABASES["default"]["USER"])
