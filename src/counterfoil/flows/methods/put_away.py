"""*Disable* and *Delete* of a method that something uses: that gets another method or stops, then the method goes.

Two commits, in this order: a crash between them leaves a method that nothing uses, and pressing the button again goes
on. Nothing is ever left that uses a deleted method: `change.delete` looks once more under the lock.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from django.utils.translation import gettext as _

from counterfoil.core import errors
from counterfoil.core.actor import Actor
from counterfoil.flows.methods import change
from counterfoil.flows.schedules import replace_method
from counterfoil.methods import queries as method_queries
from counterfoil.schedules import queries as schedule_queries

Move: TypeAlias = Literal["disable", "delete"]


@dataclass(frozen=True, slots=True)
class Instead:
    """The method that takes the place, and the mark of what `replace_method.review` returned for it."""

    ref: str
    seen: str


def run(
    *,
    actor: Actor,
    now: datetime,
    ref: str,
    move: Move,
    instead: Instead | None,
    locale: str = "en",
) -> None:
    """Disable or delete a method; what uses it gets `instead`, or stops where there is none and the move allows that.

    :raises errors.Invalid: on `instead`: something uses a method that is to be deleted and no other was named, or the
        other one cannot be used.
    :raises errors.Stale: what is accepted for `instead` is not what was shown; code `replace_method.NOT_READ`.
    :raises errors.NotFound: not this actor's method.
    """
    row = method_queries.get(actor=actor, public_id=ref)
    actor.demand_payer("save_methods", payer_id=row.payer_id)
    if schedule_queries.list_uses(actor=actor, method_refs=[ref]).get(ref):
        if instead is None and move == "delete":
            raise errors.Invalid(_("Choose the method that takes its place."), field="instead", code="in_use")
        replace_method.run(
            actor=actor,
            now=now,
            old_ref=ref,
            new_ref=instead.ref if instead else None,
            seen=instead.seen if instead else "",
            locale=locale,
        )
    (change.disable if move == "disable" else change.delete)(actor=actor, now=now, ref=ref)
