"""Prove the books and the audit log."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from counterfoil.billers import queries as biller_queries
from counterfoil.core import clock, errors
from counterfoil.core.actor import OPERATOR
from counterfoil.flows.audit import verify as verify_audit
from counterfoil.flows.books import verify as verify_books


class Command(BaseCommand):
    """Every cache equals its sum, every invariant holds, every audit chain is unbroken; or it says what is not so."""

    help = "Proves the books and the audit log; ends with 1 when something does not hold."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take a biller's key."""
        parser.add_argument("--biller", help="only this biller's, by its key; else everybody's")

    def handle(self, *args: Any, **options: Any) -> None:
        """Check, and say what was found."""
        try:
            biller_id = biller_queries.get_by_key(key=options["biller"]).id if options["biller"] else None
        except errors.NotFound as error:
            raise CommandError(f"There is no biller {options['biller']}.") from error
        findings = verify_books.run(biller_id=biller_id)
        for finding in findings:
            self.stderr.write(f"{finding.proof}: {finding.subject}: {finding.why}")
        verdict = verify_audit.run(actor=OPERATOR, now=clock.now(), biller_id=biller_id)
        if not verdict.is_sound:
            self.stderr.write(f"audit log: {verdict}")
        if findings or not verdict.is_sound:
            raise CommandError("Something does not hold.")
        self.stdout.write("The books balance, every cache equals its sum, and the audit log is whole.")
