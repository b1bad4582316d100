"""Somebody follows the link of an invitation. Opening uses nothing up: mail scanners open links too."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from counterfoil.billers import queries as biller_queries
from counterfoil.billers.brand import Brand
from counterfoil.flows.payers import invitations
from counterfoil.identity import queries as identity_queries
from counterfoil.payers import access_queries as payer_access
from counterfoil.payers.states import InvitationState


@dataclass(frozen=True, slots=True)
class Opened:
    """What the page behind the link shows."""

    state: InvitationState
    public_id: str
    email: str
    payer_name: str
    for_whom: str
    brand: Brand
    has_login: bool

    @property
    def is_open(self) -> bool:
        """Tell whether it can still be finished."""
        return self.state == InvitationState.PENDING


def run(*, now: datetime, secret: str) -> Opened | None:
    """Return what the link leads to; None when it is none of ours, or was replaced by a newer one."""
    found = payer_access.find_invitation(secret=secret)
    if found is None:
        return None
    return Opened(
        state=found.state(now),
        public_id=found.public_id,
        email=found.email,
        payer_name=found.payer_name,
        for_whom=invitations.for_whom(payer_id=found.payer_id, payer_name=found.payer_name),
        brand=biller_queries.get(biller_id=found.biller_id).brand,
        has_login=identity_queries.find_by_email(email=found.email) is not None,
    )
