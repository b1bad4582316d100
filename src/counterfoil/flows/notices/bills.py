"""What messages about bills are made of: raw values, frozen in the notice, worded when it is sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from counterfoil.billers.queries import BillerRow
from counterfoil.invoices.queries import InvoiceRow


def face(biller: BillerRow) -> dict[str, Any]:
    """Return what every message says of the biller."""
    return {
        "name": biller.name,
        "phone": biller.phone,
        "email": biller.email,
        "address_lines": list(biller.address_lines),
    }


def line(row: InvoiceRow) -> dict[str, Any]:
    """Return one invoice of several, with what can be paid on it."""
    return {
        "invoice_number": row.number,
        "for_whom": row.for_whom,
        "due_on": row.due_on.isoformat(),
        "open_minor": row.payable_minor,
    }


def link(rows: Sequence[InvoiceRow]) -> str:
    """Return where the one button leads: to the invoice, or to all of them."""
    return f"/billing/invoices/{rows[0].public_id}/" if len(rows) == 1 else "/billing/invoices/"


def about(*, biller: BillerRow, invoice: InvoiceRow, payer_name: str) -> dict[str, Any]:
    """Return what messages about one invoice have in common. Amounts in minor units, as they are now."""
    return {
        "biller": face(biller),
        "payer_name": payer_name,
        "for_whom": invoice.for_whom,
        "invoice_number": invoice.number,
        "issued_on": invoice.issued_on.isoformat(),
        "due_on": invoice.due_on.isoformat(),
        "total_minor": invoice.total_minor,
        "open_minor": invoice.payable_minor,
        "currency": invoice.currency,
        "link": f"/billing/invoices/{invoice.public_id}/",
    }
