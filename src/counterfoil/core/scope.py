"""The first wall: which rows an actor may see. Every query of a noun starts with `visible`."""

from __future__ import annotations

from django.db.models import Q

from counterfoil.core.actor import Actor, ActorKind


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
    if payer_permission is None:
        return Q(pk__in=())
    return Q(**{f"{payer_field}__in": actor.payer_ids(payer_permission)})
