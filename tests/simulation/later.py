"""Payments of later days and autopay in a simulated month: who sets, changes and stops them, and what must hold."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final, cast
from zoneinfo import ZoneInfo

from counterfoil.core import errors
from counterfoil.core.actor import WORKER
from counterfoil.flows.schedules import (
    cancel,
    change,
    change_enrollment,
    end_enrollment,
    enroll,
    pause,
    plan_autopay,
    replace_method,
    resume,
    review,
    run_due,
    schedule_payment,
    skip_once,
)
from counterfoil.flows.schedules.enroll import EnrollmentForm
from counterfoil.schedules import policy, queries as schedule_queries
from counterfoil.schedules.rows import EnrollmentRow
from tests.simulation import actors
from tests.simulation.oracle import LIVE, Agreed, Seen
from tests.simulation.run import Person, Run

SEEN: Final = """
SELECT p.key, p.public_id, p.status, p.amount_minor,
       coalesce((SELECT sum(r.amount_minor)::bigint FROM refunds_refund r
                 WHERE r.payment_id = p.id AND r.status <> 'failed'), 0),
       (SELECT coalesce(jsonb_object_agg(c.number, c.minor), '{}') FROM (
            SELECT i.number, sum(a.amount_minor)::bigint AS minor
            FROM payments_allocation a JOIN invoices_invoice i ON i.id = a.invoice_id
            WHERE a.payment_id = p.id AND a.kind = 'credit' AND a.released_on IS NULL
            GROUP BY i.number) c)
FROM payments_payment p WHERE p.biller_id = %s
"""

DAYS = (1, 2, 3, 5, 8, 10, 13, 30)
OPEN = (
    "SELECT public_id, payer_id FROM schedules_scheduled WHERE biller_id = %s AND status IN ('scheduled', 'running')"
    " ORDER BY run_on, id"
)


def schedule(run: Run) -> None:
    """Somebody sets a payment for a later day, sometimes with two clicks."""
    schedule_as(run, run.random.choice(run.people))


def schedule_as(run: Run, person: Person, method_ref: str = "") -> None:
    """This person sets a payment for a later day, with this method or any of theirs."""
    order = _order(run, person, method_ref)
    on = run.world.today + timedelta(days=run.random.choice(DAYS))
    seen = review.run(actor=person.actor, now=run.now, order=order, on=on)
    key = secrets.token_hex(8)
    for _ in range(run.random.choice([1, 1, 2])):
        schedule_payment.run(actor=person.actor, now=run.now, order=order, on=on, key=key, seen=seen.digest)


def _order(run: Run, person: Person, method_ref: str = "") -> Any:
    account_id, payer_id = person.pair
    parts = [(ref, max(1, left)) for ref, left in actors.open_invoices(run, person)]
    amounts = tuple(run.random.sample(parts, run.random.randint(1, min(2, len(parts))))) if parts else ()
    order = actors.PayOrder(
        payer_id=payer_id,
        account_id=account_id,
        method_ref=method_ref or actors.method(run, person),
        mode=actors.Mode.INVOICES if amounts else actors.Mode.OUTSTANDING,
        amounts=amounts,
    )
    return order if run.random.random() < 0.6 else replace(order, mode=actors.Mode.OUTSTANDING, amounts=())


def change_mind(run: Run) -> None:
    """Somebody cancels or changes what is set."""
    person = run.random.choice(run.people)
    refs = [ref for ref, payer_id in run.rows(OPEN) if payer_id == person.pair[1]]
    if not refs:
        return
    ref = run.random.choice(refs)
    if run.random.random() < 0.6:
        cancel.run(actor=person.actor, now=run.now, ref=ref)
        return
    order = _order(run, person)
    on = run.world.today + timedelta(days=run.random.choice(DAYS))
    seen = review.run(actor=person.actor, now=run.now, order=order, on=on, replaces=ref)
    change.run(actor=person.actor, now=run.now, ref=ref, order=order, on=on, seen=seen.digest)


def autopay(run: Run) -> None:
    """Somebody starts autopay, or does something with it."""
    person = run.random.choice(run.people[1:])
    rows = schedule_queries.list_enrollments(actor=person.actor, payer_ids=[person.pair[1]])
    if not rows or run.random.random() < 0.3:
        wanted = _form(run, person)
        seen = enroll.review(actor=person.actor, now=run.now, form=wanted)
        enroll.run(actor=person.actor, now=run.now, form=wanted, seen=seen.digest)
        return
    row = run.random.choice(rows)
    run.random.choice([_pause, _resume, _resume, _skip, _change, _end, _replace])(run, person, row)


def _form(run: Run, person: Person) -> EnrollmentForm:
    account_id, payer_id = person.pair
    rule = run.random.choice(["full", "full", "fixed", "capped"])
    day_rule = run.random.choice(["due_date", "due_date", "day_of_month"])
    in_range = run.random.random() < 0.4
    return EnrollmentForm(
        payer_id=payer_id,
        account_id=run.random.choice([account_id, account_id, None]),
        method_ref=actors.method(run, person),
        rule=rule,
        amount_minor=None if rule == "full" else run.random.randint(500, 400_000),
        day_rule=day_rule,
        day=run.random.randint(1, 31) if day_rule == "day_of_month" else None,
        tell_rule="range" if in_range else "every",
        tell_change_minor=run.random.randint(0, 100_000) if in_range else None,
    )


def _pause(run: Run, person: Person, row: EnrollmentRow) -> None:
    pause.run(actor=person.actor, now=run.now, ref=row.public_id)


def _resume(run: Run, person: Person, row: EnrollmentRow) -> None:
    resume.run(actor=person.actor, now=run.now, ref=row.public_id)


def _skip(run: Run, person: Person, row: EnrollmentRow) -> None:
    skip_once.run(actor=person.actor, now=run.now, ref=row.public_id)


def _change(run: Run, person: Person, row: EnrollmentRow) -> None:
    wanted = replace(_form(run, person), account_id=row.account_id)
    seen = change_enrollment.review(actor=person.actor, now=run.now, ref=row.public_id, form=wanted)
    change_enrollment.run(actor=person.actor, now=run.now, ref=row.public_id, form=wanted, seen=seen.digest)


def _end(run: Run, person: Person, row: EnrollmentRow) -> None:
    first = end_enrollment.run(actor=person.actor, now=run.now, ref=row.public_id)
    again = end_enrollment.run(actor=person.actor, now=run.now, ref=row.public_id)
    assert first.number == again.number


def _replace(run: Run, person: Person, row: EnrollmentRow) -> None:
    other = run.random.choice([None, actors.method(run, person)])
    if other != row.method_ref:
        seen = read_instead(run, person, row.method_ref, other) if other else ""
        replace_method.run(actor=person.actor, now=run.now, old_ref=row.method_ref, new_ref=other, seen=seen)


def read_instead(run: Run, person: Person, old: str, new: str) -> str:
    """Read what is agreed to with another method, as its page shows it; nothing where it may not be used."""
    with suppress(errors.Refused):
        shown = replace_method.review(actor=person.actor, now=run.now, old_ref=old, new_ref=new)
        return shown.digest
    return ""


def take_due(run: Run) -> None:
    """The worker takes what is due; what it takes is never more than was outstanding."""
    there = seen_by(run)
    before = {pair: run.oracle.outstanding(pair, there) for pair in {person.pair for person in run.people}}
    known = {seen.ref for seen in there}
    try:
        run_due.run(actor=WORKER, now=run.now, biller_id=run.world.biller_id)
    finally:
        taken: dict[Any, int] = {}
        for seen in seen_by(run):
            # One that was declined at once took nothing: the next may take the same.
            if seen.ref not in known and seen.status in LIVE:
                pair = run.oracle.agreed[seen.key].pair
                taken[pair] = taken.get(pair, 0) + seen.amount
        more = {pair: (amount, before[pair]) for pair, amount in taken.items() if amount > before[pair]}
        assert not more, f"taken more than outstanding: {more}"


def plan(run: Run) -> None:
    """The worker plans autopay."""
    plan_autopay.run(actor=WORKER, now=run.now, biller_id=run.world.biller_id)


def worker_later(run: Run) -> None:
    """The worker does what the clock brings: plans, takes, or both."""
    run.random.choice([plan, take_due, take_due])(run)


def seen_by(run: Run) -> list[Seen]:
    """Return the payments there are; what a scheduled one took was agreed to when it was set."""
    rows = run.rows(SEEN)
    if any(key.startswith("sch_") and key not in run.oracle.agreed for key, *_ in rows):
        learn(run)
    return [
        Seen(key, ref, status, amount, refunded, json.loads(credited))
        for key, ref, status, amount, refunded, credited in rows
    ]


def learn(run: Run) -> None:
    """Give the oracle what payments born by the worker are for."""
    rows = run.rows(
        "SELECT p.key, p.account_id, p.payer_id, p.amount_minor, p.fee_minor, i.number, a.amount_minor"
        " FROM payments_payment p JOIN payments_allocation a ON a.payment_id = p.id AND a.kind = 'direct'"
        " JOIN invoices_invoice i ON i.id = a.invoice_id"
        " WHERE p.biller_id = %s AND p.scope = 'schedule' ORDER BY p.id, a.id"
    )
    parts: dict[str, Agreed] = {}
    for key, account_id, payer_id, amount, fee, number, part in rows:
        if key in run.oracle.agreed:
            continue
        agreed = parts.setdefault(key, Agreed((account_id, payer_id), amount, {}, fee))
        agreed.parts[number] = agreed.parts.get(number, 0) + part
    run.oracle.agreed.update(parts)


def next_day(run: Run) -> date | None:
    """Return the next day on which something is to be taken or told of, if anything is set for later."""
    [(found,)] = run.rows(
        "SELECT min(least(run_on, CASE WHEN noticed_on IS NULL THEN notice_on END)) FROM schedules_scheduled"
        " WHERE biller_id = %s AND status IN ('scheduled', 'running')"
    )
    return cast("date | None", found)


def drain(run: Run) -> None:
    """The worker goes on, from one day that matters to the next, until nothing is set for later."""
    for _ in range(90):
        day = next_day(run)
        if day is None:
            return
        # Two hours later each time: in the night nothing is taken.
        run.wait(timedelta(days=max(1, (day - run.world.today).days), hours=2))
        run.perform("drain later", lambda: _day(run))
    raise AssertionError("something stays set for later")


def _day(run: Run) -> None:
    run.until_quiet()
    take_due(run)
    plan_due = run.rows(
        "SELECT 1 FROM schedules_scheduled WHERE biller_id = %s AND status = 'scheduled' AND noticed_on IS NULL"
        " AND notice_on IS NOT NULL LIMIT 1"
    )
    if plan_due:
        plan(run)
    run.until_quiet()


# -- What must hold ----------------------------------------------------------------------------------------------------

ROWS = """
SELECT s.public_id, s.status, s.origin, s.amount_minor, s.run_on, s.noticed_on, s.notice_days, s.tries, s.created_at,
       s.authorization_id, s.enrollment_id, p.public_id, p.key, p.amount_minor, p.submitted_on, p.submitted_at,
       p.authorization_id,
       a.accepted_at, a.amount_minor, a.kind, a.method_ref, m.public_id, a.debit_on,
       r.status, r.reason_code, r.decline_class, r.amount_minor, s.fee_minor, p.fee_minor, r.fee_minor
FROM schedules_scheduled s
LEFT JOIN payments_payment p ON p.id = s.payment_id
LEFT JOIN agreements_authorization a ON a.id = s.authorization_id
LEFT JOIN methods_paymentmethod m ON m.id = s.method_id
LEFT JOIN payments_payment r ON r.id = s.retry_of_id
WHERE s.biller_id = %s ORDER BY s.id
"""
NAMES = (
    "ref", "status", "origin", "promised", "run_on", "noticed_on", "notice_days", "tries", "created_at",
    "authorization_id", "enrollment_id", "payment_ref", "payment_key", "taken", "submitted_on", "submitted_at",
    "paid_under",
    "accepted_at", "permitted", "kind", "permitted_method", "method", "permitted_on",
    "failed_status", "failed_code", "failed_class", "failed_amount", "fee", "fee_taken", "fee_failed",
)  # fmt: skip


NOTICED = """
SELECT n.subject_ref, n.created_at, n.public_id || '.' || d.id, d."to"
FROM notices_notice n JOIN notices_delivery d ON d.notice_id = n.id
WHERE n.biller_id = %s AND n.key = 'autopay_notice' ORDER BY n.id
"""


def wrong(run: Run) -> list[str]:
    """What is wrong with what was set for later, at any moment."""
    rows = [dict(zip(NAMES, row, strict=True)) for row in run.rows(ROWS)]
    noticed = run.rows(NOTICED)
    for row in rows:
        row["told_on"] = _told_on(run, row, noticed)
    told = {
        (ref, key)
        for ref, key in run.rows("SELECT subject_ref, key FROM notices_notice WHERE biller_id = %s")
    }
    found = [f"{row['ref']}: {what}" for row in rows for what in _wrong_with(row, told)]
    keys = [row["payment_key"] for row in rows if row["payment_key"]]
    born = run.rows("SELECT key FROM payments_payment WHERE biller_id = %s AND scope = 'schedule'")
    found += [] if sorted(keys) == sorted(key for (key,) in born) else ["payments and scheduled ones differ"]
    return found


def _told_on(run: Run, row: dict[str, Any], noticed: list[Any]) -> date | None:
    """Return the day, where the biller is, on which the last notice before a debit went out."""
    letters = [
        (ref, to)
        for subject, created_at, ref, to in noticed
        if subject == row["ref"] and row["submitted_at"] and created_at <= row["submitted_at"]
    ]
    taken_at = run.post.taken_at.get(letters[-1]) if letters else None
    return taken_at.astimezone(ZoneInfo(run.world.zone)).date() if taken_at else None


def _wrong_with(row: dict[str, Any], told: set[tuple[str, str]]) -> list[str]:
    found = []
    if row["permitted_method"] != row["method"]:
        found.append("its permission is for another method")
    if row["kind"] == "single" and row["permitted"] < row["promised"] + row["fee"]:
        found.append("its permission is for less")
    if row["kind"] == "recurring" and row["permitted"] is not None and row["promised"] > row["permitted"]:
        found.append("more than the recurring permission allows")
    if row["payment_ref"]:
        found += _wrong_with_payment(row, told)
        found += _wrong_with_fee(row)
    if row["failed_status"]:
        found += _wrong_with_retry(row)
    return found


def _wrong_with_payment(row: dict[str, Any], told: set[tuple[str, str]]) -> list[str]:
    found = []
    if row["payment_key"] != row["ref"]:
        found.append(f"it is linked to {row['payment_ref']}, which is another's")
    if row["taken"] > row["promised"]:
        found.append(f"took {row['taken']} of {row['promised']}")
    if row["taken"] < row["promised"] and (row["ref"], "scheduled_lowered") not in told:
        found.append("lowered, and nobody was told")
    if row["paid_under"] != row["authorization_id"]:
        found.append("paid under another permission")
    if row["submitted_on"] < row["run_on"] or (
        row["permitted_on"] and row["submitted_on"] < row["permitted_on"]
    ):
        found.append("taken before its day")
    if (row["submitted_on"] - row["run_on"]).days > 10:
        found.append("taken long after its day")
    if row["origin"] == "autopay":
        noticed = row["noticed_on"]
        if noticed is None or (row["submitted_on"] - noticed).days < row["notice_days"]:
            found.append(f"taken on {row['submitted_on']}, noticed on {noticed}")
        # Autopay that its payer changed by hand was seen by the payer: that is the notice.
        told_on = row["told_on"]
        is_told = told_on is not None and (row["submitted_on"] - told_on).days >= row["notice_days"]
        if row["notice_days"] and not is_told:
            found.append(f"taken on {row['submitted_on']}, its notice went out on {told_on}")
    return found


def _wrong_with_fee(row: dict[str, Any]) -> list[str]:
    found = []
    if row["fee_taken"] > row["fee"]:
        found.append(f"a fee of {row['fee_taken']}, {row['fee']} was agreed")
    if row["enrollment_id"] and row["fee"]:
        found.append("a fee of autopay")
    if row["tries"] and row["fee_taken"] != row["fee"]:
        found.append("tried again with another fee")
    return found


def _wrong_with_retry(row: dict[str, Any]) -> list[str]:
    if not row["tries"] and row["failed_status"] == "canceled":
        return []
    found = []
    if (row["promised"], row["fee"]) != (row["failed_amount"], row["fee_failed"]):
        found.append("a retry of another amount")
    if row["failed_status"] == "returned" and (row["failed_code"] not in policy.RETRY or row["tries"] > 2):
        found.append(f"an unlawful try after {row['failed_code']}")
    most = policy.SOFT.get(row["failed_class"], (0, 0))[0]
    if row["failed_status"] == "declined" and row["tries"] > most:
        found.append(f"an unlawful try after {row['failed_class']}")
    return found


def wrong_at_the_end(run: Run) -> list[str]:
    """What is wrong once all is quiet: nothing is left past its day, and every failure was told."""
    left = run.rows(
        "SELECT public_id, status FROM schedules_scheduled WHERE biller_id = %s AND status IN ('scheduled', 'running')"
    )
    failed = run.rows(
        "SELECT s.public_id FROM schedules_scheduled s JOIN payments_payment p ON p.id = s.payment_id"
        " WHERE s.biller_id = %s AND p.status IN ('returned', 'declined')"
    )
    told = {
        ref
        for (ref,) in run.rows(
            "SELECT subject_ref FROM notices_notice WHERE biller_id = %s AND key = 'autopay_failed'"
        )
    }
    found = [f"{ref} is left {status}" for ref, status in left]
    return found + [f"nobody was told that {ref} failed" for (ref,) in failed if ref not in told]


WEIGHTS: tuple[tuple[Callable[[Run], object], int], ...] = (
    (schedule, 9), (change_mind, 4), (autopay, 8), (worker_later, 14),
)  # fmt: skip
