"""What the audit's tests share: a committed transaction that records events."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from counterfoil.audit import operations as audit_operations
from counterfoil.core import db
from counterfoil.core.actor import OPERATOR

NOW = datetime(2026, 11, 21, 21, 14, tzinfo=UTC)
Record = Callable[[int, int], None]


@pytest.fixture
def record() -> Record:
    """Record and commit a number of events of a biller."""

    def write(biller_id: int, count: int) -> None:
        with db.transaction():
            for number in range(count):
                audit_operations.record(
                    actor=OPERATOR,
                    biller_id=biller_id,
                    action="payment.settled",
                    object_ref=f"pay_{number}",
                    details={"amount_minor": number},
                    now=NOW,
                )

    return write
