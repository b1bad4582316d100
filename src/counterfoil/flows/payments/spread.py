"""One amount for a whole account, as amounts of its invoices. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from counterfoil.invoices.queries import InvoiceRow


def over(*, invoices: Sequence[InvoiceRow], amount_minor: int) -> tuple[tuple[str, int], ...]:
    """Spread an amount over what can be paid, in the order given; what is above all of it stands with the last.

    Returns `(invoice public id, minor units)`; nothing where no invoice can be paid. Whether a part of an invoice may
    be paid, or more than it, the quote decides (`flows.payments.quote`).
    """
    left, parts = amount_minor, list[tuple[str, int]]()
    for invoice in invoices:
        part = min(left, invoice.payable_minor)
        if part > 0:
            parts.append((invoice.public_id, part))
            left -= part
    if parts and left > 0:
        ref, part = parts[-1]
        parts[-1] = ref, part + left
    return tuple(parts)
