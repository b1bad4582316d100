"""The first administrator of an installation, with the first biller; or the way back in."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from counterfoil.billers import queries as biller_queries
from counterfoil.billers.drafts import NewBiller
from counterfoil.cli import secret
from counterfoil.core import clock, errors
from counterfoil.core.actor import OPERATOR
from counterfoil.flows.billers import create as create_biller
from counterfoil.flows.identity import create_staff, recover_staff
from counterfoil.flows.identity.create_staff import NewStaff
from counterfoil.identity import permissions

PASSWORD_FROM = "COUNTERFOIL_SETUP_PASSWORD"  # noqa: S105 - a variable's name


class Command(BaseCommand):
    """Safe to run again: what exists stays."""

    help = "Makes the first administrator and the first biller; with --recover lets one back in."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take who, and for which biller."""
        parser.add_argument("--email", required=True, help="the administrator's e-mail address")
        parser.add_argument("--name", default="", help="the administrator's name")
        parser.add_argument("--biller", help="the biller's key, such as maple-court")
        parser.add_argument("--biller-name", help="the name on the bill; for a biller that is new")
        parser.add_argument("--organization", help="who runs this installation; preset: the biller's name")
        parser.add_argument("--zone", default="America/Chicago", help="the biller's time zone")
        parser.add_argument("--phone", default="", help="whom payers call")
        parser.add_argument(
            "--invite",
            action="store_true",
            help="send a link to choose a password, in place of asking for one",
        )
        parser.add_argument(
            "--recover", action="store_true", help="set a new password and forget a lost second factor"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it, in plain words."""
        try:
            if options["recover"]:
                recover_staff.run(
                    actor=OPERATOR, now=clock.now(), email=options["email"], password=_password()
                )
                self.stdout.write("Done. The next sign-in sets up a new second factor.")
                return
            self._first(options)
        except errors.Refused as refused:
            raise CommandError(refused.message) from refused
        except errors.NotFound as missing:
            raise CommandError("There is no staff login of this address.") from missing

    def _first(self, options: dict[str, Any]) -> None:
        if not options["biller"]:
            raise CommandError("Name the biller with --biller, such as --biller maple-court.")
        biller_id = _biller(options)
        new = NewStaff(
            email=options["email"],
            name=options["name"],
            role=permissions.ADMINISTRATOR,
            password="" if options["invite"] else _password(),
            is_invited=options["invite"],
        )
        create_staff.run(actor=OPERATOR, now=clock.now(), biller_id=biller_id, new=new)
        then = "A mail brings the link to choose a password." if options["invite"] else "Log in to go on."
        self.stdout.write(f"{options['email']} administers {options['biller']}. {then}")


def _biller(options: dict[str, Any]) -> int:
    try:
        return biller_queries.get_by_key(key=options["biller"]).id
    except errors.NotFound:
        pass
    if not options["biller_name"]:
        raise CommandError(
            "This biller is new: give its name with --biller-name, and --phone for its payers."
        )
    new = NewBiller(
        organization=options["organization"] or options["biller_name"],
        key=options["biller"],
        name=options["biller_name"],
        zone=options["zone"],
        phone=options["phone"],
    )
    return create_biller.run(actor=OPERATOR, now=clock.now(), new=new).id


def _password() -> str:
    given = secret.read(
        variable=PASSWORD_FROM, question="Password for the administrator (12 characters or more)"
    )
    if not given:
        raise CommandError(f"Type a password, or give one in {PASSWORD_FROM}.")
    return given
