"""A login stops acting for a payer: staff withdraw it, or its owner gives it up. In force at the next request."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from counterfoil.audit import operations as audit_operations
from counterfoil.billers import queries as biller_queries
from counterfoil.core import db, errors
from counterfoil.core.actor import Actor, ActorKind
from counterfoil.flows.payers import invitations
from counterfoil.identity import permissions, queries as identity_queries
from counterfoil.notices import operations as notice_operations
from counterfoil.payers import (
    access_queries as payer_access,
    operations as payer_operations,
    queries as payer_queries,
)
from counterfoil.payers.queries import PayerRow


def run(*, actor: Actor, now: datetime, payer_ref: str, login_ref: str) -> None:
    """End it and tell the login. Payments on their way, autopay and what is set for later go on.

    :raises errors.NotFound: no such access in the actor's sight; a payer sees the own one alone.
    :raises errors.NotPermitted: the role does not allow it.
    :raises errors.Stale: it ended meanwhile.
    """
    payer = payer_queries.get_payer(actor=actor, public_id=payer_ref)
    if actor.kind != ActorKind.PAYER:
        actor.demand_staff(permissions.INVITE_PAYERS, biller_id=payer.biller_id)
    elif login_ref != actor.ref:
        raise errors.NotFound("access")
    if payer_access.find_access(actor=actor, payer_public_id=payer_ref, login_ref=login_ref) is None:
        raise errors.NotFound("access")
    login = identity_queries.get_login(public_id=login_ref)
    with db.transaction():
        if not payer_operations.end_access(payer_id=payer.id, login_id=login.id, now=now):
            raise errors.Stale(_("This access ended meanwhile."))
        audit_operations.record(
            actor=actor,
            biller_id=payer.biller_id,
            action="access.ended",
            object_ref=payer.public_id,
            details={"login": login_ref},
            now=now,
        )
        _tell(actor, payer, login, now)


def _tell(actor: Actor, payer: PayerRow, login: identity_queries.LoginRow, now: datetime) -> None:
    biller = biller_queries.get(biller_id=payer.biller_id)
    notice_operations.queue(
        now=now,
        biller_id=payer.biller_id,
        key="access_withdrawn",
        to_email=login.email,
        payer_id=payer.id,
        locale=login.locale or payer.locale,
        zone=biller.zone,
        data={
            "biller": {"name": biller.name, "phone": biller.phone},
            "name": login.name or login.email,
            "for_whom": invitations.for_whom(payer_id=payer.id, payer_name=payer.name),
            "at": now.isoformat(),
            "by": "payer" if actor.kind == ActorKind.PAYER else "staff",
            "link": "/",
        },
        subject_ref=payer.public_id,
        once=f"access_withdrawn:{payer.public_id}:{login.public_id}:{now.isoformat()}",
    )
