"""Compare the books with the gateways' own."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from counterfoil.billers import queries as biller_queries
from counterfoil.billers.queries import BillerRow
from counterfoil.core import errors, format as formats
from counterfoil.core.actor import OPERATOR
from counterfoil.flows.books import reconcile


class Command(BaseCommand):
    """Payment by payment, for one biller or all; every cent equal, or explained by what is on its way."""

    help = "Compares the ledger with the gateways' books; ends with 1 when a cent is not explained."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take a biller's key."""
        parser.add_argument("--biller", help="only this biller's, by its key; else everybody's")

    def handle(self, *args: Any, **options: Any) -> None:
        """Compare, and say what differs and why."""
        try:
            billers = (
                [biller_queries.get_by_key(key=options["biller"])]
                if options["biller"]
                else biller_queries.list_all()
            )
        except errors.NotFound as error:
            raise CommandError(f"There is no biller {options['biller']}.") from error
        unexplained = [biller.name for biller in billers if not self._compare(biller)]
        if unexplained:
            raise CommandError("Some differences are not explained.")

    def _compare(self, biller: BillerRow) -> bool:
        found = reconcile.run(actor=OPERATOR, biller_id=biller.id)
        ours = formats.money(found.ours_minor, biller.currency, "en")
        theirs = formats.money(found.theirs_minor, biller.currency, "en")
        self.stdout.write(
            f"{biller.name}: {found.compared} payments compared; ours {ours}, the gateway's {theirs}"
        )
        for difference in found.differences:
            mark = "explained" if difference.is_explained else "NOT EXPLAINED"
            self.stdout.write(
                f"  {difference.payment}: ours {formats.money(difference.ours_minor, biller.currency, 'en')}, "
                f"the gateway's {formats.money(difference.theirs_minor, biller.currency, 'en')}: "
                f"{difference.why} ({mark})"
            )
        for unreached in found.unreached:
            state = "" if unreached.is_active else ", switched off"
            self.stderr.write(
                f"  NOT COMPARED: {unreached.name} ({unreached.connection}{state}) shows no books "
                f"({unreached.why}): {unreached.payments} payments, "
                f"{formats.money(unreached.ours_minor, biller.currency, 'en')} in ours"
            )
        return found.is_clean
