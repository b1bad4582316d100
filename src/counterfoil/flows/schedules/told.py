"""Whether the payer was told of a debit of autopay, and on which day: by what the mail server took (RE-02).

A notice that was queued tells nobody anything. Its day is the day it was sent, where the biller is. How it can fail:

- The mail server is away for hours or days: the notice is sent too late, is not sent yet, or was given up. The debit
  moves to the first lawful day and is told of anew (`flows.schedules.due`), as often as that takes.
- The address is refused for good: nothing is taken, autopay pauses, and the portal says why. A payer who has another
  address by then is told of the moved debit there; one who corrects it later resumes, and all is planned anew.
- The mail server took it and the mailbox sent it back later: nobody tells us; what the server took counts as sent.
- The payer has no address: no notice was made, so the debit is not told of, and waits.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

from counterfoil.billers.queries import BillerRow
from counterfoil.flows.payments import schedule_notices
from counterfoil.notices import delivery_queries
from counterfoil.schedules import states
from counterfoil.schedules.rows import ScheduledRow

# What tells of a debit before it, by who set it.
KEYS: Final = {states.AUTOPAY: "autopay_notice", states.PULL: "collection_coming"}


@dataclass(frozen=True, slots=True)
class Told:
    """What became of a debit's newest notice. `on`: the biller's day it was sent; `refused_at`: where it never arrives.

    Both empty: it is not sent yet, was given up, or was never made.
    """

    on: date | None = None
    refused_at: str = ""


NOT_YET: Final = Told()


def of(*, biller: BillerRow, rows: Iterable[ScheduledRow]) -> dict[int, Told]:
    """Return how each of these was told of that autopay or a collection set, by row id; one query, or none."""
    intents = {row.id: _intents(row) for row in rows if row.origin in KEYS and row.noticed_on}
    if not intents:
        return {}
    sent = delivery_queries.list_sendings(onces={once for onces in intents.values() for once in onces})
    found = {}
    for row_id, onces in intents.items():
        newest = next((sent[once] for once in onces if once in sent), None)
        if newest is not None:
            on = newest.sent_at.astimezone(ZoneInfo(biller.zone)).date() if newest.sent_at else None
            found[row_id] = Told(on, newest.to if newest.is_refused else "")
    return found


def _intents(row: ScheduledRow) -> tuple[str, str]:
    """Return the notices a debit can have: of the day it was told of anew, or else of the day it was planned."""
    key, again = KEYS[row.origin], row.noticed_on.isoformat() if row.noticed_on else ""
    return (
        schedule_notices.intent(public_id=row.public_id, key=key, once=again),
        schedule_notices.intent(public_id=row.public_id, key=key),
    )
