"""Reads of authorizations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from counterfoil.agreements.models import Authorization
from counterfoil.core import errors, scope
from counterfoil.core.actor import Actor


@dataclass(frozen=True, slots=True)
class AuthorizationRow:
    """What was accepted, as it was shown."""

    public_id: str
    text: str
    accepted_at: datetime
    accepted_by_name: str


def get(*, actor: Actor, authorization_id: int) -> AuthorizationRow:
    """Return one authorization that the actor may see.

    :raises NotFound: there is none.
    """
    row = (
        Authorization.objects.filter(
            scope.visible(actor=actor, staff_permission="see_payments", payer_permission="see_invoices"),
            pk=authorization_id,
        )
        .values_list("public_id", "text", "accepted_at", "accepted_by_name")
        .first()
    )
    if row is None:
        raise errors.NotFound("authorization")
    return AuthorizationRow(*row)
