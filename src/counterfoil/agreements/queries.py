"""Reads of authorizations."""

from __future__ import annotations

from collections.abc import Collection
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


def list_standing(*, actor: Actor, method_refs: Collection[str]) -> dict[str, AuthorizationRow]:
    """Return the standing permissions that are in force, by the method they are for, as far as the actor may see."""
    rows = Authorization.objects.filter(
        scope.visible(actor=actor, staff_permission="see_accounts", payer_permission="see_invoices"),
        kind=Authorization.Kind.STANDING,
        method_ref__in=list(method_refs),
        revoked_at__isnull=True,
    )
    return {
        method_ref: AuthorizationRow(*row)
        for method_ref, *row in rows.values_list(
            "method_ref", "public_id", "text", "accepted_at", "accepted_by_name"
        )
    }


def has_standing(*, method_ref: str) -> bool:
    """Tell whether a locked method has a standing permission in force."""
    return Authorization.objects.filter(
        kind=Authorization.Kind.STANDING, method_ref=method_ref, revoked_at__isnull=True
    ).exists()
