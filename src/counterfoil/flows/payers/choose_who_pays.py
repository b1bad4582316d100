"""Who pays: the payer, autopay, or the biller on one of its days. Either side chooses, the other one is told.

The choice moves no money by itself: autopay has its own enrollment with its own authorization, and the biller
collects only from a method that allows it. What was told of and is to be collected by the choice before is canceled.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext as _

from counterfoil.audit import operations as audit_operations
from counterfoil.billers import queries as biller_queries
from counterfoil.billers.queries import BillerRow
from counterfoil.core import db, errors
from counterfoil.core.actor import Actor, ActorKind
from counterfoil.flows.payments import withdraw_collections
from counterfoil.identity import permissions
from counterfoil.notices import operations as notice_operations
from counterfoil.payers import (
    operations as payer_operations,
    permissions as portal_permissions,
    queries as payer_queries,
)
from counterfoil.payers.queries import PayerRow

SELF, AUTOPAY, COLLECTS = "self", "autopay", "biller_collects"
OFFICE_LOCALE: Final = "en"


@dataclass(frozen=True, slots=True)
class Choice:
    """`self`, `autopay` or `biller_collects`; the last with a day of the month (31: its last day)."""

    who_pays: str
    collection_day: int | None = None


def run(*, actor: Actor, now: datetime, payer_ref: str, choice: Choice) -> PayerRow:
    """Write the choice and return the payer; nothing is written where nothing changes.

    A change by staff is told to the payer, one by the payer to the biller's office. The first answer, right after
    registering, changes nothing: it stands at the desk, with its audit record.

    :raises errors.NotFound: the payer is not the actor's to see.
    :raises errors.NotPermitted: the role or the user profile does not allow it.
    :raises errors.Invalid: no such choice, or not one of the biller's collection days.
    """
    payer = payer_queries.get_payer(actor=actor, public_id=payer_ref)
    if actor.kind == ActorKind.PAYER:
        needed = portal_permissions.AUTOPAY if choice.who_pays == AUTOPAY else portal_permissions.PAY
        actor.demand_payer(needed, payer_id=payer.id)
    else:
        actor.demand_staff(permissions.EDIT_PAYERS, biller_id=payer.biller_id)
    biller = biller_queries.get(biller_id=payer.biller_id)
    # A choice that stands may be kept, though the biller has ended that day meanwhile.
    if choice == Choice(payer.who_pays, payer.collection_day):
        return payer
    _check(choice, biller)
    with db.transaction():
        # A payment that is being born looks at the choice while it holds the account (`flows.schedules.collected`).
        accounts = payer_queries.list_payer_accounts(actor=actor, payer_ids=[payer.id])
        payer_queries.lock_accounts(account_ids={link.account.id for link in accounts})
        withdraw_collections.run(
            actor=actor, now=now, reason=withdraw_collections.WHO_PAYS, payer_ids=[payer.id]
        )
        payer_operations.choose_who_pays(
            payer_id=payer.id, who_pays=choice.who_pays, collection_day=choice.collection_day
        )
        audit_operations.record(
            actor=actor,
            biller_id=payer.biller_id,
            action="payer.who_pays_chosen",
            object_ref=payer.public_id,
            details={
                "before": payer.who_pays,
                "after": choice.who_pays,
                "collection_day": choice.collection_day,
            },
            now=now,
        )
        if actor.kind == ActorKind.STAFF and payer.email:
            _tell_payer(payer, biller, choice, now)
        if actor.kind == ActorKind.PAYER and payer.who_pays and biller.email:
            _tell_office(payer, biller, choice, now)
    return payer_queries.get_payer(actor=actor, public_id=payer_ref)


def _check(choice: Choice, biller: BillerRow) -> None:
    if choice.who_pays not in {SELF, AUTOPAY, COLLECTS}:
        raise errors.Invalid(_("Choose who pays."), field="who_pays")
    days = biller.portal.days_to_collect
    if choice.who_pays == COLLECTS and choice.collection_day not in days:
        raise errors.Invalid(_("Choose one of the days."), field="collection_day")
    if choice.who_pays != COLLECTS and choice.collection_day is not None:
        raise errors.Invalid(_("Only who is collected from has such a day."), field="collection_day")


def _tell_payer(payer: PayerRow, biller: BillerRow, choice: Choice, now: datetime) -> None:
    notice_operations.queue(
        now=now,
        biller_id=payer.biller_id,
        key="who_pays_changed",
        to_email=payer.email,
        payer_id=payer.id,
        locale=payer.locale,
        zone=biller.zone,
        data=_data(payer, biller, choice, now) | {"link": "/profile/"},
        subject_ref=payer.public_id,
        once=f"who_pays_changed:{payer.public_id}:{now.isoformat()}",
    )


def _tell_office(payer: PayerRow, biller: BillerRow, choice: Choice, now: datetime) -> None:
    notice_operations.queue(
        now=now,
        biller_id=payer.biller_id,
        key="who_pays_alert",
        to_email=biller.email,
        payer_id=None,
        locale=OFFICE_LOCALE,
        zone=biller.zone,
        data=_data(payer, biller, choice, now) | {"link": f"/desk/{biller.key}/payers/{payer.public_id}/"},
        subject_ref=payer.public_id,
        once=f"who_pays_alert:{payer.public_id}:{now.isoformat()}",
    )


def _data(payer: PayerRow, biller: BillerRow, choice: Choice, now: datetime) -> dict[str, Any]:
    return {
        "biller": {"name": biller.name, "phone": biller.phone},
        "payer_name": payer.name,
        "before": payer.who_pays,
        "before_day": payer.collection_day,
        "after": choice.who_pays,
        "after_day": choice.collection_day,
        "at": now.isoformat(),
    }
