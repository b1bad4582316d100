"""The life of a saved payment method, and of its validation."""

from __future__ import annotations

from counterfoil.core.states import Machine

ACTIVE, DISABLED, DELETED = "active", "disabled", "deleted"

METHOD = Machine(
    {
        (ACTIVE, DISABLED): "method.disabled",
        (DISABLED, ACTIVE): "method.enabled",
        (ACTIVE, DELETED): "method.deleted",
        (DISABLED, DELETED): "method.deleted",
    },
    initial=[ACTIVE],
)

# PENDING: two small amounts were sent, which the payer still has to type in (NA-08).
NOT_NEEDED, PASSED, FAILED, PENDING = "not_needed", "passed", "failed", "pending"
VALIDATIONS = (NOT_NEEDED, PASSED, FAILED, PENDING)
