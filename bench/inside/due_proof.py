"""What became of the payments that were due: one each, settled, and the books hold."""

from __future__ import annotations

from bench.inside import verify
from counterfoil.payments.models import Payment
from counterfoil.schedules.models import Scheduled


def run() -> dict[str, object]:
    """Count what is left and what was taken."""
    payments = Payment.objects.filter(scope="schedule")
    return {
        "open": Scheduled.objects.filter(status__in=["scheduled", "running"]).count(),
        "settled": payments.filter(status="settled").count(),
        "findings": verify.run(),
    }
