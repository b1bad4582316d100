"""States around payers: a billing account's standing, and what has become of an invitation."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from counterfoil.core.states import Machine


class Standing(StrEnum):
    """A billing account's standing."""

    ACTIVE = "active"
    ON_HOLD = "on_hold"
    CLOSED = "closed"


STANDING: Final = Machine(
    {
        (Standing.ACTIVE, Standing.ON_HOLD): "account.held",
        (Standing.ON_HOLD, Standing.ACTIVE): "account.released",
        (Standing.ACTIVE, Standing.CLOSED): "account.closed",
        (Standing.ON_HOLD, Standing.CLOSED): "account.closed",
        (Standing.CLOSED, Standing.ACTIVE): "account.reopened",
    },
    initial=[Standing.ACTIVE],
)


class InvitationState(StrEnum):
    """What has become of an invitation. Expired is not written: it is a matter of the day."""

    PENDING = "pending"
    EXPIRED = "expired"
    USED = "used"
    REVOKED = "revoked"


INVITATION: Final = Machine(
    {
        (InvitationState.PENDING, InvitationState.USED): "invitation.used",
        (InvitationState.PENDING, InvitationState.REVOKED): "invitation.revoked",
        (InvitationState.PENDING, InvitationState.EXPIRED): "invitation.expired",
        (InvitationState.PENDING, InvitationState.PENDING): "invitation.resent",
        (InvitationState.EXPIRED, InvitationState.PENDING): "invitation.resent",
        (InvitationState.EXPIRED, InvitationState.REVOKED): "invitation.revoked",
    },
    initial=[InvitationState.PENDING],
)
INVITATION_LIVES: Final = timedelta(days=30)


def invitation_state(
    *, used_at: datetime | None, revoked_at: datetime | None, expires_at: datetime, now: datetime
) -> InvitationState:
    """Return the state of an invitation at `now`, from its marks."""
    if used_at is not None:
        return InvitationState.USED
    if revoked_at is not None:
        return InvitationState.REVOKED
    return InvitationState.EXPIRED if now >= expires_at else InvitationState.PENDING
