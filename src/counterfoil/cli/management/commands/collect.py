"""`counterfoil collect BILLER --on DATE`: who will be collected from, and who is left out and why. A look, no act."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError

from counterfoil.billers import queries as biller_queries
from counterfoil.core import clock, errors, format as formats
from counterfoil.core.actor import OPERATOR
from counterfoil.flows.schedules import review_collections

WHY: Final = {
    "nothing": "nothing is due by then",
    "scheduled": "what is due is set for later already",
    "failed": "it could not be collected before, and the permission says that it is not tried again",
    "hold": "the account is on hold or closed",
    "day": "this is not one of the collection days any more",
    "address": "no e-mail address to tell of it",
    "autopay": "autopay pays for this account",
    "no_method": "no payment method",
    "permission": "no permission to collect",
    "disabled": "the payment method is disabled, or its gateway is switched off",
    "expired": "the card will have expired",
    "validation": "the bank account is not confirmed",
    "other_account": "the payment method is for other accounts",
    "refused": "such a payment is not taken: too small for a card, or a part where none is taken",
    "notice": "too late to tell of it in time",
    "canceled": "it was told of and canceled",
    "skipped": "it was told of and canceled",
}


class Command(BaseCommand):
    """Lists what the worker will collect on a day. Nothing is set and no money moves."""

    help = (
        "Lists who will be collected from on a day, how much, from which method; and who is left out and why."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Name the biller and the day."""
        parser.add_argument("biller", help="the biller's key, such as maple-court")
        parser.add_argument("--on", type=date.fromisoformat, required=True, help="the day (YYYY-MM-DD)")

    def handle(self, *args: Any, **options: Any) -> None:
        """List them.

        :raises CommandError: there is no such biller.
        """
        try:
            biller = biller_queries.get_by_key(key=options["biller"])
        except errors.NotFound as error:
            raise CommandError(f"There is no biller {options['biller']}.") from error
        lines = review_collections.run(actor=OPERATOR, now=clock.now(), biller_id=biller.id, on=options["on"])
        if not biller.portal.collects:
            self.stdout.write("This biller does not collect: the setting portal.collects is off.")
        for line in lines:
            amount = formats.money(line.amount_minor, biller.currency, "en")
            where = f"{line.payer} ({line.account}): {amount} on {line.run_on.isoformat()}"
            if line.reason:
                self.stdout.write(f"  left out  {where}: {WHY[line.reason]}")
            else:
                told = "told of" if line.is_told else "not told of yet"
                self.stdout.write(f"  collect   {where}, method {line.method or '-'}, {told}")
        taken = [line for line in lines if not line.reason]
        total = formats.money(sum(line.amount_minor for line in taken), biller.currency, "en")
        self.stdout.write(f"{len(taken)} to collect, {total}; {len(lines) - len(taken)} left out.")
