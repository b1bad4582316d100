"""The first wall: which rows an actor may see. Every query of a noun starts with `visible`, or with `condition`.

Both say the same: one to the ORM, the other to a statement written by hand.
"""

from __future__ import annotations

from typing import Any, Final

from django.db.models import Q

from counterfoil.core.actor import Actor, ActorKind

# What a user profile allows does not matter: acting for the payer is enough.
ANY: Final = "*"


def visible(
    *,
    actor: Actor,
    staff_permission: str,
    payer_permission: str | None = None,
    payer_field: str = "payer_id",
    biller_field: str = "biller_id",
) -> Q:
    """Return the filter for what `actor` may see: staff by biller, payers by payer, the installation all.

    Without `payer_permission` payers see nothing. A person who is both is whichever the interface says (`kind`).
    """
    if actor.is_system:
        return Q()
    if actor.kind == ActorKind.STAFF:
        return Q(**{f"{biller_field}__in": actor.staff_biller_ids(staff_permission)})
    return Q(**{f"{payer_field}__in": _payer_ids(actor, payer_permission)})


def condition(
    *,
    actor: Actor,
    staff_permission: str,
    payer_permission: str | None = None,
    by_payer: str = "payer_id = ANY(%s)",
    by_biller: str = "biller_id = ANY(%s)",
) -> tuple[str, list[Any]]:
    """Return the same as a condition of a hand-written statement, and the values for its placeholders.

    `by_payer` and `by_biller` are conditions of our own with room for the ids of payers, and of billers.
    """
    if actor.is_system:
        return "true", []
    if actor.kind == ActorKind.STAFF:
        return by_biller, [list(actor.staff_biller_ids(staff_permission))]
    return by_payer, [list(_payer_ids(actor, payer_permission))]


def _payer_ids(actor: Actor, permission: str | None) -> tuple[int, ...]:
    if permission is None:
        return ()
    return actor.payer_ids(None if permission == ANY else permission)
