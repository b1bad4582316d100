"""What staff see of a payer's way into the portal: a state in a word, and what it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from counterfoil.payers.rows import AccessRow, InvitationRow, PayerAccess, PayerRow
from counterfoil.payers.states import InvitationState


@dataclass(frozen=True, slots=True)
class AccessLine:
    """One payer's access. `tone` is the code of a status tag; `words` stand on it."""

    payer: PayerRow
    tone: str
    words: str
    accesses: tuple[AccessRow, ...]
    invitation: InvitationRow | None
    is_waiting: bool
    is_expired: bool
    can_invite: bool


def line(*, access: PayerAccess, now: datetime) -> AccessLine:
    """Return how a payer's access stands at `now`."""
    invitation = access.invitation
    state = invitation.state(now) if invitation else None
    tone, words = _state(access, state)
    # One that has expired can be sent again, so it takes the place of a new one.
    is_waiting = state in {InvitationState.PENDING, InvitationState.EXPIRED}
    return AccessLine(
        payer=access.payer,
        tone=tone,
        words=words,
        accesses=access.accesses,
        invitation=invitation,
        is_waiting=is_waiting,
        is_expired=state == InvitationState.EXPIRED,
        can_invite=not is_waiting,
    )


def _state(access: PayerAccess, state: InvitationState | None) -> tuple[str, str]:
    if access.accesses:
        return "active", _("Has access")
    if state == InvitationState.PENDING:
        return "invited", _("Invited")
    if state == InvitationState.EXPIRED:
        return "expired", _("Invitation expired")
    if state == InvitationState.REVOKED:
        return "disabled", _("Invitation revoked")
    if state == InvitationState.USED:
        return "closed", _("Access ended")
    return "disabled", _("Not invited")
