"""A biller that collects, in a simulated month: who chooses and permits it, who stops it, and what must hold.

What is judged is the row, the permission, the letter and the audit log, by plain SQL: nothing of the planner.
"""

from __future__ import annotations

import calendar
import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, Final, cast
from zoneinfo import ZoneInfo

from counterfoil.agreements import queries as agreement_queries
from counterfoil.billers import queries as biller_queries
from counterfoil.core.actor import WORKER
from counterfoil.core.calendar import FED
from counterfoil.flows.methods import permit, put_away
from counterfoil.flows.payers import choose_who_pays
from counterfoil.flows.payers.choose_who_pays import AUTOPAY, COLLECTS, SELF, Choice
from counterfoil.flows.schedules import cancel, plan_collections
from counterfoil.methods import queries as method_queries
from counterfoil.payers import queries as payer_queries
from tests.simulation import actors, later
from tests.simulation.run import Person, Run

DAYS: Final = (1, 5, 8, 12, 16, 20, 24, 28, 31)
PULLED: Final = """
SELECT s.public_id, s.status, s.amount_minor, s.run_on, s.first_on, s.notice_days, s.account_id, s.payer_id,
       a.kind, a.revoked_at, a.method_ref, m.public_id, p.submitted_at, p.submitted_on, p.amount_minor, payer.public_id
FROM schedules_scheduled s
JOIN agreements_authorization a ON a.id = s.authorization_id
JOIN methods_paymentmethod m ON m.id = s.method_id
JOIN payers_payer payer ON payer.id = s.payer_id
LEFT JOIN payments_payment p ON p.id = s.payment_id
WHERE s.biller_id = %s AND s.origin = 'pull' ORDER BY s.id
"""
NAMES: Final = (
    "ref", "status", "promised", "run_on", "first_on", "notice_days", "account_id", "payer_id",
    "kind", "revoked_at", "permitted_method", "method", "submitted_at", "submitted_on", "taken", "payer_ref",
)  # fmt: skip
LETTERS: Final = """
SELECT n.subject_ref, n.data, n.public_id || '.' || d.id, d."to"
FROM notices_notice n JOIN notices_delivery d ON d.notice_id = n.id
WHERE n.biller_id = %s AND n.key = 'collection_coming' ORDER BY n.id
"""
CHOICES: Final = """
SELECT object_ref, at, details FROM audit_event
WHERE biller_id = %s AND action = 'payer.who_pays_chosen' ORDER BY id
"""
AGAIN: Final = """
SELECT s.public_id FROM schedules_scheduled s JOIN schedules_scheduled first ON first.payment_id = s.retry_of_id
WHERE s.biller_id = %s AND first.origin = 'pull'
"""
# Collected once more by the permission under which it failed before.
ONCE_MORE: Final = """
SELECT DISTINCT s.public_id FROM schedules_scheduled s
JOIN schedules_scheduled first ON first.authorization_id = s.authorization_id AND first.origin = 'pull'
JOIN payments_payment p ON p.id = first.payment_id AND p.status IN ('declined', 'returned')
CROSS JOIN LATERAL jsonb_array_elements(first.amounts) AS failed
CROSS JOIN LATERAL jsonb_array_elements(s.amounts) AS part
WHERE s.biller_id = %s AND s.origin = 'pull' AND s.created_at > p.ended_at AND failed->>0 = part->>0
"""


def begin(run: Run) -> None:
    """Let the biller collect, and its payers choose and permit that."""
    run.world.set_portal(collects=True, collection_days=list(DAYS))
    for person in run.people[1:]:
        choose_for(run, person, COLLECTS)
        give(run, person)


def choose(run: Run) -> None:
    """Somebody chooses who pays; most of the time the biller."""
    choose_for(run, run.random.choice(run.people), run.random.choice([COLLECTS] * 5 + [SELF, AUTOPAY]))


def choose_for(run: Run, person: Person, who_pays: str) -> None:
    """This person chooses who pays."""
    [payer] = payer_queries.list_payers_by_ids(actor=person.actor, payer_ids=[person.pair[1]])
    day = run.random.choice(DAYS) if who_pays == COLLECTS else None
    choose_who_pays.run(
        actor=person.actor, now=run.now, payer_ref=payer.public_id, choice=Choice(who_pays, day)
    )


def permission(run: Run) -> None:
    """Somebody gives the permission for a method, or takes it back."""
    person = run.random.choice(run.people)
    methods = method_queries.list_for(actor=person.actor, payer_ids=[person.pair[1]])
    standing = agreement_queries.list_standing(
        actor=person.actor, method_refs=[method.public_id for method in methods]
    )
    if standing and run.random.random() < 0.35:
        permit.withdraw(actor=person.actor, now=run.now, ref=run.random.choice(sorted(standing)))
    else:
        give(run, person)


def give(run: Run, person: Person) -> None:
    """This person gives the permission for one of their methods, as it is shown."""
    ref = actors.method(run, person)
    method = method_queries.get(actor=person.actor, public_id=ref)
    [payer] = payer_queries.list_payers_by_ids(actor=person.actor, payer_ids=[person.pair[1]])
    text = permit.text_for(
        now=run.now, biller=biller_queries.get(biller_id=run.world.biller_id), payer=payer, kind=method.kind,
        method=method, locale="en",
    )  # fmt: skip
    permit.give(actor=person.actor, now=run.now, ref=ref, locale="en", seen=permit.digest(text))


def stop_one(run: Run) -> None:
    """Somebody cancels what is to be collected, or puts the method away and takes it out again."""
    rows = [row for row in _rows(run) if row["status"] == "scheduled"]
    if not rows:
        return
    row = run.random.choice(rows)
    person = next(each for each in run.people if each.pair[1] == row["payer_id"])
    if run.random.random() < 0.5:
        cancel.run(actor=person.actor, now=run.now, ref=row["ref"])
        return
    put_away.run(actor=person.actor, now=run.now, ref=row["method"], move="disable", instead=None)


def change_days(run: Run) -> None:
    """The biller ends some of its collection days, or takes them up again."""
    days = run.random.sample(DAYS, run.random.randint(3, len(DAYS)))
    run.world.set_portal(collection_days=sorted(days))


def plan(run: Run) -> None:
    """The worker sets what is collected next."""
    plan_collections.run(actor=WORKER, now=run.now, biller_id=run.world.biller_id)


def some_weeks(run: Run) -> None:
    """Bills come, days go by one by one, and the worker does what each brings."""
    for person in run.random.sample(run.people[1:], 1):
        actors.bill(run, person, due_in=run.random.randint(0, 12))
    for _ in range(run.random.randint(9, 17)):
        run.wait(timedelta(hours=run.random.choice([24, 24, 24, 27, 19])))
        run.perform("plan collections", lambda: plan(run))
        run.letters()
        run.perform("take due", lambda: later.take_due(run))


# Less autopay than in other months: who has it is not collected from.
WEIGHTS: Final[tuple[tuple[Callable[[Run], object], int], ...]] = (
    (later.schedule, 4), (later.change_mind, 3), (later.autopay, 1), (later.worker_later, 8),
    (choose, 2), (permission, 4), (stop_one, 2), (change_days, 1), (plan, 4), (some_weeks, 5),
)  # fmt: skip


# -- What must hold ----------------------------------------------------------------------------------------------------


def _rows(run: Run) -> list[dict[str, Any]]:
    return [dict(zip(NAMES, row, strict=True)) for row in run.rows(PULLED)]


def wrong(run: Run) -> list[str]:
    """What is wrong with what was collected, at any moment."""
    rows, letters, choices = _rows(run), run.rows(LETTERS), run.rows(CHOICES)
    found = [f"{ref}: a collection was tried again" for (ref,) in run.rows(AGAIN)]
    seen = [(row["account_id"], row["payer_id"], row["first_on"]) for row in rows]
    found += [] if len(set(seen)) == len(seen) else ["somebody is collected from twice for one day"]
    found += [f"{ref}: collected again after it came back" for (ref,) in run.rows(ONCE_MORE)]
    for row in rows:
        found += [f"{row['ref']}: {what}" for what in _wrong_day(row)]
        if row["permitted_method"] != row["method"] or row["kind"] != "standing":
            found.append(f"{row['ref']}: not by a standing permission for its method")
        if row["submitted_at"] is not None:
            found += [f"{row['ref']}: {what}" for what in _wrong_taking(run, row, letters, choices)]
    return found


def _wrong_day(row: dict[str, Any]) -> list[str]:
    """A collection day of the biller's, or the next bank day after it."""
    day: date = row["first_on"]
    last = calendar.monthrange(day.year, day.month)[1]
    is_one = day.day in DAYS or (day.day == last and any(each > last for each in DAYS))
    if not is_one or row["run_on"] != FED.on_or_after(day):
        return [f"{row['run_on']} for {day} is no collection day"]
    return []


def _wrong_taking(run: Run, row: dict[str, Any], letters: list[Any], choices: list[Any]) -> list[str]:
    found = []
    if row["revoked_at"] is not None and row["revoked_at"] < row["submitted_at"]:
        found.append("taken after the permission had ended")
    if row["submitted_on"] != row["run_on"]:
        found.append(f"taken on {row['submitted_on']} instead of {row['run_on']}")
    told = [
        (_minor(data), told_on)
        for subject, data, ref, to in letters
        if subject == row["ref"] and (told_on := _taken_on(run, (ref, to))) is not None
    ]
    in_time = [
        minor
        for minor, told_on in told
        if told_on + timedelta(days=row["notice_days"]) <= row["submitted_on"]
    ]
    if not in_time or row["notice_days"] < 10:
        found.append(f"taken on {row['submitted_on']}, told {told}")
    if in_time and row["taken"] > min(in_time):
        found.append(f"took {row['taken']}, told of {min(in_time)}")
    # What was chosen in the same instant may have come after.
    before = [details for ref, at, details in choices if ref == row["payer_ref"] and at < row["submitted_at"]]
    if not before or _after(before[-1]) != COLLECTS:
        found.append(f"taken, and the payer chose {before[-1:]}")
    return found


def _minor(data: Any) -> int:
    return int(_json(data)["amount_minor"])


def _after(details: Any) -> str:
    return str(_json(details)["after"])


def _json(value: Any) -> dict[str, Any]:
    return cast("dict[str, Any]", json.loads(value) if isinstance(value, str) else value)


def _taken_on(run: Run, letter: tuple[str, str]) -> date | None:
    taken_at = run.post.taken_at.get(letter)
    return taken_at.astimezone(ZoneInfo(run.world.zone)).date() if taken_at else None
