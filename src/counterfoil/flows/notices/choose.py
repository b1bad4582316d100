"""A payer chooses which messages come by e-mail, and in which language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from counterfoil.audit import operations as audit_operations
from counterfoil.core import db, errors
from counterfoil.core.actor import Actor
from counterfoil.notices import choices, operations as notice_operations
from counterfoil.payers import operations as payer_operations, permissions, queries as payer_queries


def run(*, actor: Actor, now: datetime, payer_ref: str, switches: Mapping[str, bool], locale: str) -> None:
    """Remember it; nothing is written where nothing changes.

    :raises errors.NotFound: the payer is not one the actor acts for.
    :raises errors.NotPermitted: the user profile does not let them see its bills, or a helper asks.
    :raises errors.Invalid: a language we do not speak, or a message that cannot be turned off.
    """
    if actor.helper_ref:
        raise errors.NotPermitted(_("A helper does not choose what the payer is told."))
    payer = payer_queries.get_payer(actor=actor, public_id=payer_ref)
    actor.demand_payer(permissions.SEE_INVOICES, payer_id=payer.id)
    if locale not in dict(settings.LANGUAGES):
        raise errors.Invalid(_("We do not speak this language."), field="locale")
    if unknown := set(switches) - set(choices.BY_KEY):
        raise errors.Invalid(_("This message cannot be turned off."), field=min(unknown))
    with db.transaction():
        changed = notice_operations.choose(
            biller_id=payer.biller_id, payer_id=payer.id, switches=switches, by_ref=actor.ref, now=now
        )
        if locale != payer.locale:
            payer_operations.speak(payer_id=payer.id, locale=locale)
            changed = [*changed, "locale"]
        if changed:
            audit_operations.record(
                actor=actor,
                biller_id=payer.biller_id,
                action="notices.chosen",
                object_ref=payer.public_id,
                details={"changed": changed, "on": [key for key in switches if switches[key]]},
                now=now,
            )
