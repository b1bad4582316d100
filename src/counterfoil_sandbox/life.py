"""What happens as time passes: debits are sent, funded, returned, corrected; refunds end; delayed requests run."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from counterfoil_sandbox import (
    bankdays,
    charges,
    clock,
    errors,
    events,
    magic,
    merchants,
    refunds,
    store,
    tokens,
)

MAX_STEPS_AT_ONCE = 5000


def _back_at(row: store.Row, behavior: magic.Behavior) -> datetime:
    day: Any = row["effective_on"]
    if behavior.calendar_days:
        return bankdays.at(bankdays.on_or_after(day + timedelta(days=behavior.calendar_days)), 8)
    return bankdays.at(bankdays.after(day, behavior.bank_days), 8)


def _next(row: store.Row, *, after: datetime) -> dict[str, Any]:
    """The next step of a bank debit that was sent: whichever comes first of the money and the bank's word."""
    behavior = magic.behavior(row["behavior"])
    steps = []
    if row["funded_at"] is None:
        # The bank's returns go out at 8:00, the money comes at 8:30.
        steps.append((bankdays.at(bankdays.after(row["effective_on"], 1), 8, 30), "fund"))
    if behavior.does in ("return", "correct"):
        when = _back_at(row, behavior)
        if when > after or row["next_step"] == "send":
            steps.append((when, behavior.does))
    if not steps:
        return {"next_at": None, "next_step": None}
    when, step = min(steps)
    return {"next_at": when, "next_step": step}


def _step(place: charges.Place, row: store.Row) -> None:
    at, step = row["next_at"], row["next_step"]
    if step == "send":
        charges.change(place, row, {"sent_at": at, **_next(row, after=at)}, at=at)
    elif step == "fund":
        values = {"funded_at": at, **_next({**row, "funded_at": at}, after=at)}
        charges.change(place, row, values, word="charge.funded", movement="bank_debit", at=at)
    elif step == "return":
        values = {
            "status": "returned",
            "returned_at": at,
            "return_code": magic.behavior(row["behavior"]).code,
            "next_at": None,
            "next_step": None,
        }
        movement = "return" if row["funded_at"] else ""
        charges.change(place, row, values, word="charge.returned", movement=movement, at=at)
    elif charges.change(place, row, _next(row, after=at), at=at):
        shown = tokens.correct(place.db, token=row["token"])
        told = {**shown, "change_code": magic.behavior(row["behavior"]).code}
        events.add(place.db, place.merchant, "token.updated", {"token": told}, at=at, now=place.now)


def deliver_delayed(place: charges.Place, *, all_of_them: bool = False) -> int:
    """Carry out requests that were held back and whose time has come (or all of them); how many."""
    until = datetime.max.replace(tzinfo=place.now.tzinfo) if all_of_them else place.now
    rows = place.db.execute(
        "DELETE FROM delayed WHERE merchant_id = %s AND run_at <= %s RETURNING what, key, body",
        [place.merchant.id, until],
    ).fetchall()
    for row in rows:
        try:
            create = refunds.create if row["what"] == "refund" else charges.create
            create(place, key=row["key"], body=row["body"])
        except errors.ApiError:
            continue  # Nobody waits for the answer; a fenced key moves nothing, which is the point.
    return len(rows)


def tick(place: charges.Place) -> int:
    """Bring a merchant's charges and refunds up to its now; how many steps were taken."""
    steps = deliver_delayed(place)
    steps += _take_steps(place, "charge", _step, at_most=MAX_STEPS_AT_ONCE - steps)
    return steps + _take_steps(place, "refund", refunds.step, at_most=MAX_STEPS_AT_ONCE - steps)


def _take_steps(
    place: charges.Place, table: str, step: Callable[[charges.Place, store.Row], None], *, at_most: int
) -> int:
    steps = 0
    while steps < at_most:
        with place.db.transaction():
            due = place.db.execute(
                f"SELECT * FROM {table} WHERE merchant_id = %s AND next_at <= %s "  # noqa: S608 - a table of ours
                "ORDER BY next_at, id LIMIT 200 FOR UPDATE SKIP LOCKED",
                [place.merchant.id, place.now],
            ).fetchall()
            for row in due:
                step(place, row)
        if not due:
            break
        steps += len(due)
    return steps


def advance(
    db: store.Connection, merchant: merchants.Merchant, *, to: datetime, time: clock.Clock, base_url: str
) -> None:
    """Move one merchant's clock forward to an instant; never back. Tells it first, then lets time pass."""
    ahead = int((to - time.real()).total_seconds())
    if ahead <= merchant.offset_seconds:
        raise errors.ApiError(400, "invalid_request", "The clock only goes forward.")
    db.execute("UPDATE merchant SET offset_seconds = %s WHERE id = %s", [ahead, merchant.id])
    merchant.offset_seconds = ahead
    place = charges.Place(db, merchant, time.at(ahead), base_url)
    events.add(db, merchant, "clock.advanced", {"offset_seconds": ahead}, at=place.now, now=place.now)
    tick(place)
