"""The gateway connections of a biller: shown, or one switched off."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from counterfoil.billers import queries as biller_queries
from counterfoil.core import clock, errors
from counterfoil.core.actor import OPERATOR
from counterfoil.flows.billers import disconnect_gateway


class Command(BaseCommand):
    """Shows no secret. What was paid through one that is off is still asked about, and reconciled."""

    help = "Shows a biller's gateway connections; with --switch-off REF takes no more payments through one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the biller, and which connection to switch off."""
        parser.add_argument("biller", help="the biller's key, such as maple-court")
        parser.add_argument("--switch-off", metavar="REF", help="the connection, such as con_...")

    def handle(self, *args: Any, **options: Any) -> None:
        """Switch off if asked to, and show what there is."""
        try:
            biller = biller_queries.get_by_key(key=options["biller"])
        except errors.NotFound as error:
            raise CommandError(f"There is no biller {options['biller']}.") from error
        ref = options["switch_off"]
        if ref:
            try:
                disconnect_gateway.run(actor=OPERATOR, now=clock.now(), biller_id=biller.id, public_id=ref)
            except errors.NotFound as error:
                raise CommandError(f"{biller.name} has no connection {ref}.") from error
        for each in biller_queries.list_all_connections(biller_id=biller.id):
            state = "in use" if each.is_active else "off"
            self.stdout.write(
                f"{each.public_id}  {state:6}  {each.gateway_key}: {', '.join(each.kinds)}  {each.name}"
            )
