"""The proof after paying: every invoice paid once, and the books hold."""

from __future__ import annotations

from django.db.models import F, Sum

from bench.inside import verify
from counterfoil.invoices.models import Invoice
from counterfoil.ledger.models import Line
from counterfoil.payments.models import Allocation, Attempt


def run(refs: list[str]) -> dict[str, object]:
    """Return how many of these invoices are paid, by how many payments, the ledger's sum, and broken invariants."""
    invoices = Invoice.objects.filter(public_id__in=refs)
    claims = Allocation.objects.filter(
        invoice__in=invoices, payment__status="settled", released_on=None, applied_on__isnull=False
    )
    return {
        "paid": invoices.filter(status="paid", open_minor=0, pending_minor=0).count(),
        "payments": claims.values("payment_id").distinct().count(),
        # A call that a job made began after its payment was born; a page's own begins with it.
        "put_off": Attempt.objects.filter(
            payment_id__in=claims.values("payment_id"), call_started_at__gt=F("payment__submitted_at")
        ).count(),
        "ledger_sum": Line.objects.aggregate(sum=Sum("amount_minor"))["sum"],
        "findings": verify.run(),
    }
