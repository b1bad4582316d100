"""The newest invoice of each of these payers, to be opened."""

from __future__ import annotations

from counterfoil.invoices.models import Invoice


def run(payer_ids: list[int]) -> dict[str, str]:
    """Return public ids by payer id."""
    rows = Invoice.objects.filter(payer_id__in=payer_ids).order_by("payer_id", "-due_on", "-pk")
    return {str(row.payer_id): row.public_id for row in rows.distinct("payer_id")}
