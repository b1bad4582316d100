"""A file in the product's own format: invoices of three lines, for accounts that are new."""

from __future__ import annotations

import csv
from pathlib import Path

HEADER = (
    *("account", "number", "issued_on", "due_on", "line_description", "line_amount", "holder_name"),
    *("payer_name", "payer_email", "currency", "disputed", "settled_on", "memo"),
)
LINES = (("Monthly rent", "2000.00"), ("Care services", "950.00"), ("Meals", "250.00"))
PER_ACCOUNT = 24


def write(path: Path, *, invoices: int) -> None:
    """Write it; three quarters are settled."""
    with path.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow(HEADER)
        for number in range(invoices):
            account = number // PER_ACCOUNT
            month = number % PER_ACCOUNT
            year, of_year = 2024 + (11 + month) // 12, (11 + month) % 12 + 1
            settled = f"{year}-{of_year:02}-20" if month < 18 else ""
            for description, amount in LINES:
                writer.writerow(
                    [
                        *(f"B-{account:07}", f"FILE-{number:08}", f"{year}-{of_year:02}-01"),
                        *(f"{year}-{of_year:02}-28", description, amount, f"Resident {account}"),
                        *(f"Payer {account}", f"file{account}@example.test", "USD", "no", settled, ""),
                    ]
                )
