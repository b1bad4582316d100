"""Proves the books: every cache equals its sum, every invariant holds."""

from __future__ import annotations

from counterfoil.core import db
from counterfoil.payments import proofs
from counterfoil.payments.proofs import Finding
from counterfoil.refunds import proofs as refund_proofs


def run(*, biller_id: int | None = None) -> list[Finding]:
    """Return what breaks an invariant, on one snapshot; an empty list is the proof."""
    with db.reading():
        return proofs.run(biller_id=biller_id, more=refund_proofs.PROOFS)
