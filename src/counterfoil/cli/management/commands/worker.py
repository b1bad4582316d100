"""Do the queued and the scheduled jobs."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from counterfoil.core import errors, grants, keyring


class Command(BaseCommand):
    """Procrastinate's worker on all queues; any number of them may run, on any number of machines."""

    help = "Does the queued and the scheduled jobs."

    def handle(self, *args: Any, **options: Any) -> None:
        """Work until told to stop; the job at hand is finished first."""
        try:
            grants.refuse_powerful(connection)
            keyring.current()
        except errors.CounterfoilError as error:
            raise CommandError(str(error)) from error
        connection.close()
        call_command(
            "procrastinate",
            "worker",
            f"--concurrency={settings.COUNTERFOIL_WORKER_JOBS}",
            "--delete-jobs=successful",
            "--shutdown-graceful-timeout=30",
        )
