"""The life of a share and of a helper's access."""

from __future__ import annotations

from typing import Final

from counterfoil.core.states import Machine

OFFERED, ACCEPTED, DECLINED, ENDED = "offered", "accepted", "declined", "ended"
ACTIVE = "active"

SHARE: Final = Machine(
    {
        (OFFERED, ACCEPTED): "share.accepted",
        (OFFERED, DECLINED): "share.declined",
        (OFFERED, ENDED): "share.withdrawn",
        (ACCEPTED, ENDED): "share.ended",
    },
    initial=[OFFERED],
)

HELPER: Final = Machine({(ACTIVE, ENDED): "helper.ended"}, initial=[ACTIVE])

# One that is offered or accepted stands; of these there is one for a bill and a person.
STANDING: Final = (OFFERED, ACCEPTED)
