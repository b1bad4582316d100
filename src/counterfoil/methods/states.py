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

NOT_NEEDED, PASSED, FAILED = "not_needed", "passed", "failed"
VALIDATIONS = (NOT_NEEDED, PASSED, FAILED)
