"""The first wall says the same to the ORM and to a statement written by hand."""

from __future__ import annotations

from typing import Any

import pytest
from django.db.models import Q

from counterfoil.core import scope
from counterfoil.core.actor import GATEWAY, OPERATOR, WORKER, Actor, ActorKind, PayerGrant, StaffGrant

SEES, SEES_NOT = frozenset({"see_invoices"}), frozenset({"ask"})
PAYERS = (PayerGrant(11, 1, SEES), PayerGrant(12, 1, SEES_NOT))
STAFF = (StaffGrant(1, frozenset({"see_payments"})), StaffGrant(2, frozenset()))


def actor(kind: ActorKind) -> Actor:
    """Return somebody who is both, and is what the interface says."""
    return Actor(kind=kind, ref="x", payers=PAYERS, staff=STAFF)


@pytest.mark.parametrize(
    ("asking", "permission", "orm", "by_hand"),
    [
        (WORKER, "see_invoices", Q(), ("true", [])),
        (GATEWAY, None, Q(), ("true", [])),
        (OPERATOR, "see_invoices", Q(), ("true", [])),
        (
            actor(ActorKind.STAFF),
            "see_invoices",
            Q(biller_id__in=(1,)),
            ("biller_id = ANY(%s)", [[1]]),
        ),
        (
            actor(ActorKind.PAYER),
            "see_invoices",
            Q(payer_id__in=(11,)),
            ("payer_id = ANY(%s)", [[11]]),
        ),
        (
            actor(ActorKind.PAYER),
            scope.ANY,
            Q(payer_id__in=(11, 12)),
            ("payer_id = ANY(%s)", [[11, 12]]),
        ),
        (actor(ActorKind.PAYER), None, Q(payer_id__in=()), ("payer_id = ANY(%s)", [[]])),
    ],
)
def test_both_forms_of_the_wall_hold_the_same_ids(
    asking: Actor, permission: str | None, orm: Q, by_hand: tuple[str, list[Any]]
) -> None:
    wall = {"actor": asking, "staff_permission": "see_payments", "payer_permission": permission}
    assert scope.visible(**wall) == orm
    assert scope.condition(**wall) == by_hand


def test_columns_of_other_names_are_named() -> None:
    seen, ids = scope.condition(
        actor=actor(ActorKind.PAYER),
        staff_permission="see_payments",
        payer_permission="see_invoices",
        by_payer="id IN (SELECT account_id FROM links WHERE payer_id = ANY(%s))",
    )
    assert (seen, ids) == ("id IN (SELECT account_id FROM links WHERE payer_id = ANY(%s))", [[11]])
