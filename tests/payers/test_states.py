from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from counterfoil.core.states import IllegalTransition
from counterfoil.payers import states
from counterfoil.payers.states import InvitationState, Standing

SENT = datetime(2026, 11, 1, tzinfo=UTC)
EXPIRES = SENT + states.INVITATION_LIVES
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("used", "revoked", "now", "state"),
    [
        (None, None, SENT, InvitationState.PENDING),
        (None, None, EXPIRES - timedelta(microseconds=1), InvitationState.PENDING),
        (None, None, EXPIRES, InvitationState.EXPIRED),
        (SENT + DAY, None, EXPIRES + DAY, InvitationState.USED),
        (None, SENT + DAY, EXPIRES + DAY, InvitationState.REVOKED),
    ],
)
def test_an_invitations_state_follows_from_its_marks_and_the_day(
    used: datetime | None, revoked: datetime | None, now: datetime, state: InvitationState
) -> None:
    assert states.invitation_state(used_at=used, revoked_at=revoked, expires_at=EXPIRES, now=now) == state


def test_every_edge_is_as_the_table_says_and_no_other_exists() -> None:
    for machine in (states.STANDING, states.INVITATION):
        for old in machine.states:
            for new in machine.states:
                if (old, new) in machine.edges:
                    assert machine.event(old, new) == machine.edges[(old, new)]
                else:
                    with pytest.raises(IllegalTransition):
                        machine.event(old, new)


def test_what_ended_stays_ended() -> None:
    for ended in (InvitationState.USED, InvitationState.REVOKED):
        assert not any(old == ended for old, _ in states.INVITATION.edges)
    assert states.STANDING.event(Standing.CLOSED, Standing.ACTIVE) == "account.reopened"
