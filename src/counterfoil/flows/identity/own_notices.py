"""What a login is told about itself: it belongs to no biller, so one of those it opens speaks for the house."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from counterfoil.billers import queries as biller_queries
from counterfoil.billers.queries import BillerRow
from counterfoil.identity import queries as identity_queries
from counterfoil.identity.queries import LoginRow
from counterfoil.notices import operations as notice_operations
from counterfoil.payers import access_queries as payer_access


@dataclass(frozen=True, slots=True)
class Home:
    """The biller that speaks, and the payer whose messages these are; staff have no payer."""

    biller: BillerRow
    payer_id: int | None


def find_home(*, login_id: int) -> Home | None:
    """Return whose messages a login gets: its oldest payer's biller, else where it works, else where it once did.

    None where it never opened anything.
    """
    payers = payer_access.list_grants(login_id=login_id)
    if payers:
        biller = biller_queries.get(biller_id=payers[0].biller_id)
        return Home(biller=biller, payer_id=payers[0].payer_id)
    staff = identity_queries.list_staff_grants(login_id=login_id)
    biller_id = staff[0].biller_id if staff else _former_biller(login_id)
    return None if biller_id is None else Home(biller=biller_queries.get(biller_id=biller_id), payer_id=None)


def queue(
    *, now: datetime, key: str, login: LoginRow, data: Mapping[str, Any], to_email: str = "", nth: str = ""
) -> None:
    """Queue one notice to a login, at its own address or another; `nth` tells several of one instant apart."""
    home = find_home(login_id=login.id)
    if home is None:
        return
    notice_operations.queue(
        now=now,
        biller_id=home.biller.id,
        key=key,
        to_email=to_email or login.email,
        payer_id=home.payer_id,
        locale=login.locale or "en",
        zone=home.biller.zone,
        data={
            "biller": {"name": home.biller.name, "phone": home.biller.phone},
            "name": login.name or login.email,
            "at": now.isoformat(),
            **data,
        },
        subject_ref=login.public_id,
        once=f"{key}:{login.public_id}:{now.isoformat()}:{nth}",
    )


def _former_biller(login_id: int) -> int | None:
    """Return where a login that opens nothing now did so before: somebody is asked back and has to log in first."""
    former = payer_access.find_former_biller(login_id=login_id)
    return former or identity_queries.find_former_biller(login_id=login_id)
