"""The life of an invoice. Partly paid and overdue are derived, not kept."""

from __future__ import annotations

from counterfoil.core.states import Machine

DRAFT, OPEN, PAID, VOID = "draft", "open", "paid", "void"

INVOICE = Machine(
    {
        (DRAFT, OPEN): "invoice.issued",
        (OPEN, PAID): "invoice.paid",
        (PAID, OPEN): "invoice.reopened",
        (OPEN, VOID): "invoice.voided",
    },
    # An imported invoice that was paid elsewhere is born paid.
    initial=[DRAFT, OPEN, PAID],
)
