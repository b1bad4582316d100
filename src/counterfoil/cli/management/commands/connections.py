"""The gateway connections of a biller: shown, one switched off, or one changed."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from counterfoil.billers import queries as biller_queries
from counterfoil.cli import gateway_settings
from counterfoil.core import clock, errors
from counterfoil.core.actor import OPERATOR
from counterfoil.flows.billers import change_connection, connect_gateway, disconnect_gateway


class Command(BaseCommand):
    """Shows no secret. What was paid through one that is off is still asked about, and reconciled."""

    help = (
        "Shows a biller's gateway connections; with --switch-off REF takes no more payments through one; with"
        " --change REF changes what one is opened with: an address by --set, a key by --new-secret."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the biller, which connection to switch off or to change, and what of it."""
        parser.add_argument("biller", help="the biller's key, such as maple-court")
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--switch-off", metavar="REF", help="the connection, such as con_...")
        which.add_argument("--change", metavar="REF", help="the connection, such as con_...")
        gateway_settings.add_argument(parser)
        parser.add_argument(
            "--new-secret",
            action="append",
            default=[],
            metavar="NAME",
            help="a secret of the gateway that was replaced: asked for, or read from COUNTERFOIL_CONNECT_<NAME>",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what is asked for, and show what there is."""
        try:
            biller = biller_queries.get_by_key(key=options["biller"])
        except errors.NotFound as error:
            raise CommandError(f"There is no biller {options['biller']}.") from error
        ref = options["switch_off"] or options["change"]
        try:
            if options["switch_off"]:
                disconnect_gateway.run(actor=OPERATOR, now=clock.now(), biller_id=biller.id, public_id=ref)
            elif ref:
                _change(biller.id, ref, options["set"], options["new_secret"])
        except errors.NotFound as error:
            raise CommandError(f"{biller.name} has no connection {ref}.") from error
        except errors.Refused as refused:
            raise CommandError(refused.message) from refused
        for each in biller_queries.list_all_connections(biller_id=biller.id):
            state = "in use" if each.is_active else "off"
            self.stdout.write(
                f"{each.public_id}  {state:6}  {each.gateway_key}: {', '.join(each.kinds)}  {each.name}"
            )


def _change(biller_id: int, ref: str, assignments: list[str], new_secrets: list[str]) -> None:
    known = {each.public_id: each for each in biller_queries.list_all_connections(biller_id=biller_id)}
    if ref not in known:
        raise errors.NotFound(ref)
    fields = {field.name: field for field in connect_gateway.fields(gateway_key=known[ref].gateway_key)}
    changes = gateway_settings.given(assignments, fields)
    for name in new_secrets:
        changes[name] = gateway_settings.read_secret(gateway_settings.field_of(name, fields))
    change_connection.run(
        actor=OPERATOR, now=clock.now(), biller_id=biller_id, public_id=ref, changes=changes
    )
