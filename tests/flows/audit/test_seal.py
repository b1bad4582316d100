from __future__ import annotations

from datetime import UTC, datetime

import pytest

from counterfoil.audit import operations as audit_operations
from counterfoil.core import db, errors
from counterfoil.core.actor import OPERATOR, WORKER, Actor, ActorKind, StaffGrant
from counterfoil.flows.audit import seal, verify

NOW = datetime(2026, 11, 21, 21, 14, tzinfo=UTC)
pytestmark = pytest.mark.django_db(transaction=True)

STAFF = Actor(kind=ActorKind.STAFF, ref="lgn_1", staff=(StaffGrant(1, frozenset()),))


def test_what_was_recorded_is_sealed_and_proved() -> None:
    with db.transaction():
        audit_operations.record(
            actor=OPERATOR, biller_id=1, action="biller.created", object_ref="blr_1", now=NOW
        )

    assert seal.run(actor=WORKER, now=NOW) == 1
    assert seal.run(actor=WORKER, now=NOW) == 0
    verdict = verify.run(actor=OPERATOR, now=NOW)
    assert (verdict.sealed, verdict.is_sound) == (1, True)


def test_nobody_else_seals_or_verifies() -> None:
    with pytest.raises(errors.NotPermitted):
        seal.run(actor=STAFF, now=NOW)
    with pytest.raises(errors.NotPermitted):
        verify.run(actor=STAFF, now=NOW)
