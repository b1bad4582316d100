"""Print the parts of the documents that the program knows best."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from counterfoil.cli import biller_settings
from counterfoil.core.states import Machine
from counterfoil.imports import states as import_states
from counterfoil.invoices import states as invoice_states
from counterfoil.methods import states as method_states
from counterfoil.notices import states as notice_states
from counterfoil.payers import states as payer_states
from counterfoil.payments import states as payment_states
from counterfoil.refunds import states as refund_states
from counterfoil.requests import states as request_states
from counterfoil.schedules import states as schedule_states
from counterfoil.sharing import states as sharing_states

DOCS: Final = Path("docs/reference")
MACHINES: Final[dict[str, Machine]] = {
    "Payment": payment_states.PAYMENT,
    "Refund": refund_states.REFUND,
    "Invoice": invoice_states.INVOICE,
    "Scheduled payment": schedule_states.SCHEDULE,
    "Autopay": schedule_states.ENROLLMENT,
    "Payment method": method_states.METHOD,
    "Invitation": payer_states.INVITATION,
    "Billing account": payer_states.STANDING,
    "Delivery of a notice": notice_states.DELIVERY,
    "Import": import_states.IMPORT,
    "Request": request_states.REQUEST,
    "Share of a bill": sharing_states.SHARE,
    "Helper's access": sharing_states.HELPER,
}


class Command(BaseCommand):
    """Writes pages of `docs/reference/`; with `--check`, only says whether they are up to date."""

    help = "Writes the generated documents; with --check, ends with 1 when they are not up to date."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take whether to write."""
        parser.add_argument("--check", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write, or compare."""
        wanted = {
            DOCS / "states.md": _states(),
            DOCS / "settings.md": settings.COUNTERFOIL_SETTINGS_PAGE(),
            DOCS / "biller-settings.md": biller_settings.as_page(),
        }
        if not options["check"]:
            for path, text in wanted.items():
                path.write_text(text)
            return
        stale = [str(path) for path, text in wanted.items() if not path.exists() or path.read_text() != text]
        if stale:
            raise CommandError(f"Not up to date: {', '.join(stale)}. Run `counterfoil generate`.")


def _states() -> str:
    parts = [
        "# States",
        "",
        "Printed from the tables in the code (`states.py` of each noun). Each arrow is named by the event it causes.",
    ]
    for name, machine in MACHINES.items():
        parts += ["", f"## {name}", "", "```mermaid", machine.diagram().rstrip(), "```"]
    parts += ["", "## What people see of a payment", "", "| inner | public |", "|---|---|"]
    parts += [f"| {inner} | {public} |" for inner, public in payment_states.PUBLIC.items()]
    return "\n".join(parts) + "\n"
