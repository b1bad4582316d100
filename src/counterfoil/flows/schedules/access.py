"""Who may set, change and stop payments of later days: the payer's profile allows it, or staff act for the payer."""

from __future__ import annotations

from counterfoil.core.actor import Actor, ActorKind
from counterfoil.identity import permissions as staff_permissions
from counterfoil.payers import permissions as payer_permissions
from counterfoil.schedules import states


def permission_for(*, origin: str) -> str:
    """Return what the payer's profile must allow to call off a scheduled payment of this origin.

    Who may pay chooses that the biller collects, and is told of each collection, so may cancel it as well.
    """
    return payer_permissions.PAY if origin == states.PULL else payer_permissions.AUTOPAY


def demand(*, actor: Actor, payer_id: int, biller_id: int, origin: str = states.AUTOPAY) -> None:
    """Refuse unless the actor may stop and change what is set for later (RE-04: in the portal, or through staff).

    `origin` is that of a scheduled payment, as in `permission_for`.

    :raises errors.NotPermitted: may not.
    """
    if actor.kind == ActorKind.PAYER:
        actor.demand_payer(permission_for(origin=origin), payer_id=payer_id)
    else:
        actor.demand_staff(staff_permissions.RECORD_PAYMENTS, biller_id=biller_id)


def is_late_allowed(*, actor: Actor) -> bool:
    """Tell whether the actor may stop a payment past its cut-off, as long as it is not sent (RE-04)."""
    return actor.kind != ActorKind.PAYER
