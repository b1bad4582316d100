"""An operator adds a biller to the installation."""

from __future__ import annotations

from datetime import datetime

from counterfoil.audit import operations as audit_operations
from counterfoil.billers import operations as biller_operations, queries as biller_queries
from counterfoil.billers.drafts import NewBiller
from counterfoil.billers.queries import BillerRow
from counterfoil.core import db, errors
from counterfoil.core.actor import Actor
from counterfoil.payers import operations as payer_operations


def run(*, actor: Actor, now: datetime, new: NewBiller) -> BillerRow:
    """Make the biller, its organization if that is new, and its ready-made user profiles.

    :raises errors.NotPermitted: only the installation's operator adds billers.
    :raises errors.Invalid: the key is taken or malformed, or the time zone is unknown.
    """
    if not actor.is_system:
        raise errors.NotPermitted("Only the operator of this installation adds billers.")
    with db.transaction():
        biller_id = biller_operations.create(new=new, now=now)
        payer_operations.create_ready_made_profiles(biller_id=biller_id)
        biller = biller_queries.get(biller_id=biller_id)
        audit_operations.record(
            actor=actor,
            biller_id=biller_id,
            action="biller.created",
            object_ref=biller.public_id,
            details={"key": biller.key},
            now=now,
        )
    return biller
