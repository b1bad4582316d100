"""Connect a biller to a payment gateway."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from counterfoil.billers import queries as biller_queries
from counterfoil.billers.drafts import NewConnection
from counterfoil.cli import gateway_settings
from counterfoil.core import clock, errors, ids
from counterfoil.core.actor import OPERATOR
from counterfoil.flows.billers import connect_gateway


class Command(BaseCommand):
    """One connection at a time takes a kind of payment; another one is switched off by `counterfoil connections`."""

    help = (
        "Connects a biller to a payment gateway; asks for the secrets, or reads COUNTERFOIL_CONNECT_<NAME>."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the biller, the gateway, and its settings that are no secret."""
        parser.add_argument("biller", help="the biller's key, such as maple-court")
        parser.add_argument("--gateway", required=True, help="the gateway's key, such as sandbox")
        parser.add_argument(
            "--kinds", required=True, help="what it takes: bank, card, wallet, with commas between"
        )
        parser.add_argument("--name", default="", help="what staff call it; preset: the gateway's key")
        gateway_settings.add_argument(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Say where its events go, ask for what is missing, and connect."""
        try:
            biller = biller_queries.get_by_key(key=options["biller"])
        except errors.NotFound as error:
            raise CommandError(f"There is no biller {options['biller']}.") from error
        key = options["gateway"]
        try:
            fields = {field.name: field for field in connect_gateway.fields(gateway_key=key)}
            given = gateway_settings.given(options["set"], fields)
            missing = [field for field in fields.values() if not field.secret and not given.get(field.name)]
            if missing:
                wanted = "; ".join(
                    f"--set {each.name}=... ({each.label}: {each.help_text})" for each in missing
                )
                raise CommandError(f"Missing: {wanted}")
            secrets = [field for field in fields.values() if field.secret]
            ref = ids.new("connection")
            place = reverse("inbound_message", kwargs={"gateway_key": key, "connection_ref": ref})
            self.stdout.write(f"The gateway is to send its events to {settings.COUNTERFOIL_BASE_URL}{place}")
            new = NewConnection(
                gateway_key=key,
                name=options["name"] or key,
                kinds=tuple(kind.strip() for kind in options["kinds"].split(",")),
                config=given | {field.name: gateway_settings.read_secret(field) for field in secrets},
                public_id=ref,
            )
            made = connect_gateway.run(actor=OPERATOR, now=clock.now(), biller_id=biller.id, new=new)
        except errors.Refused as refused:
            raise CommandError(refused.message) from refused
        self.stdout.write(
            f"{biller.name} takes {', '.join(made.kinds)} through {made.name} ({made.public_id})."
        )
