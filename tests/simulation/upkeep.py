"""What becomes of methods in a simulated month: confirmed by small amounts or not, taken back at the wallet, put away.

Payers are reminded meanwhile. What must hold is judged by the gateway's own books and by what was delivered to us:
nothing is charged on an account that nobody confirmed, nor on a method after we knew that it is gone.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, cast
from zoneinfo import ZoneInfo

from counterfoil.core import errors
from counterfoil.core.actor import WORKER
from counterfoil.flows.methods import change, put_away, replace, validate, wallet
from counterfoil.flows.methods.add import NewMethodForm
from counterfoil.flows.methods.put_away import Instead, Move
from counterfoil.flows.notices import remind
from tests.simulation import actors, later
from tests.simulation.oracle import LIVE, Pair
from tests.simulation.run import Person, Run

# The bank of the first ones takes no part in the instant check: two small amounts are sent. The last one's corrects it.
ACCOUNTS: Final = ("000555555551", "000555555551", "000555555552", "000333333335")
BACK: Final = "http://localhost:8000/billing/methods/add/paypal/back/"
MORNING, EVENING = 8, 20
# What product.md and the biller's settings say, in days.
SOON, LATE, WAITS = 3, 7, 10

WAITING = """
SELECT p.public_id, p.submitted_on, m.public_id, m.status, m.validation,
       (SELECT count(*) FROM notices_notice n WHERE n.subject_ref = p.public_id AND n.key = 'amounts_awaited')
FROM payments_payment p JOIN methods_paymentmethod m ON m.id = p.method_id
WHERE p.biller_id = %s AND p.status = 'awaiting_validation' ORDER BY p.id
"""
PAID_WITH = """
SELECT p.public_id, p.submitted_at, m.public_id, a.method_ref, a.accepted_at, a.revoked_at, g.applied_at
FROM payments_payment p JOIN methods_paymentmethod m ON m.id = p.method_id
LEFT JOIN agreements_authorization a ON a.id = p.authorization_id
LEFT JOIN gateway_events_gatewayevent g
  ON g.connection_id = m.connection_id AND g.method_token = m.token AND g.kind = 'token.revoked'
WHERE p.biller_id = %s ORDER BY p.id
"""
STILL_USED = """
SELECT s.public_id FROM (
  SELECT public_id, method_id, biller_id FROM schedules_scheduled WHERE status = 'scheduled'
  UNION ALL SELECT public_id, method_id, biller_id FROM schedules_enrollment WHERE status = 'active') s
JOIN methods_paymentmethod m ON m.id = s.method_id
JOIN gateway_events_gatewayevent g ON g.connection_id = m.connection_id AND g.method_token = m.token
WHERE s.biller_id = %s AND g.kind = 'token.revoked' AND g.applied_at IS NOT NULL
"""
THERE = "SELECT public_id FROM methods_paymentmethod WHERE biller_id = %s AND status <> 'deleted'"
UNCONFIRMED = """
SELECT c.reference, t.checked FROM charge c JOIN token t ON t.token = c.token
WHERE c.merchant_id = %s AND c.status <> 'fenced' AND t.kind = 'bank' AND t.checked <> 'passed'
"""
# The number behind each charge, unless its bank or network corrected it since.
CHARGED_ON = """
SELECT c.reference, t.last4 FROM charge c JOIN token t ON t.token = c.token
WHERE c.merchant_id = %s AND c.status <> 'fenced' AND t.kind <> 'wallet' AND NOT EXISTS (
  SELECT FROM event e
  WHERE e.merchant_id = c.merchant_id AND e.kind = 'token.updated' AND position(t.token in e.body) > 0)
"""
PERMITTED = """
SELECT p.public_id, a.text FROM payments_payment p JOIN agreements_authorization a ON a.id = p.authorization_id
WHERE p.biller_id = %s
"""


@dataclass
class Keeper:
    """Who looks after methods, and what a person would remember of it: since when each one is put away."""

    away: dict[str, datetime] = field(default_factory=dict)

    @property
    def acts(self) -> tuple[tuple[Callable[[Run], object], int], ...]:
        """What happens to methods, and how often."""
        return (
            (open_account, 9), (connect_wallet, 7), (type_amounts, 14), (follow, 6), (withdraw, 7),
            (self.put_away, 6), (replace_number, 7), (reminders, 10),
        )  # fmt: skip

    def put_away(self, run: Run) -> None:
        """Somebody disables, deletes or enables a method; what uses it gets another one or stops."""
        person = run.random.choice(run.people)
        kept = run.methods.get(person.pair[1], [])
        if not kept:
            return
        ref, move = run.random.choice(kept), run.random.choice(["disable", "disable", "delete", "enable"])
        if move == "enable":
            # Whether a crash left it away or not: from now on it may be used.
            self.away.pop(ref, None)
            change.enable(actor=person.actor, now=run.now, ref=ref)
            return
        instead = run.random.choice([None, *(other for other in kept if other != ref)])
        other = Instead(instead, later.read_instead(run, person, ref, instead)) if instead else None
        try:
            put_away.run(actor=person.actor, now=run.now, ref=ref, move=cast(Move, move), instead=other)
            self.away[ref] = run.now
        finally:
            # After a crash nobody was told; somebody looks whether it is still there.
            if ref not in {there for (there,) in run.rows(THERE)}:
                self.away[ref] = run.now
                kept.remove(ref)

    def wrong(self, run: Run) -> list[str]:
        """What is wrong with how methods are used, at any moment."""
        found = [f"{ref} uses a method that was taken back" for (ref,) in run.rows(STILL_USED)]
        for ref, at, method, permitted, accepted_at, revoked_at, taken_back_at in run.rows(PAID_WITH):
            if method != permitted:
                found.append(f"{ref} is permitted for {permitted}, and taken from {method}")
            elif accepted_at > at or (revoked_at is not None and revoked_at < at):
                found.append(f"{ref} was submitted when nothing permitted it")
            if taken_back_at is not None and taken_back_at < at:
                found.append(f"{ref} is taken from {method}, which we knew was taken back")
            if method in self.away and self.away[method] < at:
                found.append(f"{ref} is taken from {method}, which was put away")
        with run.store.session() as db:
            charges = db.execute(UNCONFIRMED, [run.world.sandbox.id]).fetchall()
            numbers = db.execute(CHARGED_ON, [run.world.sandbox.id]).fetchall()
        texts = dict(run.rows(PERMITTED))
        found += [f"{row['reference']} was charged, its account is {row['checked']}" for row in charges]
        return found + [
            f"{row['reference']} was taken from a number that ends in {row['last4']}, which nothing permitted"
            for row in numbers
            if row["last4"] not in texts.get(row["reference"], "")
        ]


def open_account(run: Run) -> None:
    """Somebody adds a bank account that its bank does not vouch for, or will correct."""
    person = run.random.choice(run.people)
    _keep(run, person, run.world.bank(run.random.choice(ACCOUNTS), actor=person.actor))


def connect_wallet(run: Run) -> None:
    """Somebody goes to the wallet's page, agrees or not, and comes back, sometimes twice."""
    person, key = run.random.choice(run.people), secrets.token_hex(8)
    payer_id = person.pair[1]
    asked: Any = wallet.begin(actor=person.actor, payer_id=payer_id, key=key, return_url=BACK, locale="en")
    run.world.sandbox.visit(asked.url, run.random.choice(["approve", "approve", "approve", "refuse"]))
    form = NewMethodForm(
        payer_id=payer_id,
        kind="wallet",
        token="",
        nickname="Eleanor Whitfield",
        is_default=False,
        address_id=None,
        new_address=None,
    )
    made = [
        wallet.finish(actor=person.actor, now=run.now, form=form, key=key, return_url=BACK)
        for _ in range(run.random.choice([1, 2]))
    ]
    assert len(set(made)) == 1, f"two methods of one agreement: {made}"
    _keep(run, person, made[0])


def replace_number(run: Run) -> None:
    """Somebody puts another card or account behind a method, after reading what that permits, sometimes twice."""
    person = run.random.choice(run.people)
    kept = run.methods.get(person.pair[1], [])
    rows = run.rows(
        "SELECT public_id, kind FROM methods_paymentmethod"
        " WHERE biller_id = %s AND kind IN ('card', 'bank') AND status <> 'deleted' ORDER BY id"
    )
    mine = [(ref, kind) for ref, kind in rows if ref in kept]
    if not mine:
        return
    ref, kind = run.random.choice(mine)
    gateway = run.world.sandbox
    token = (
        gateway.card(run.random.choice(actors.CARDS))
        if kind == "card"
        else gateway.bank(run.random.choice([*actors.ACCOUNTS, *ACCOUNTS]))
    )
    shown = replace.review(actor=person.actor, now=run.now, ref=ref, token=token)
    for _ in range(run.random.choice([1, 1, 2])):
        replace.run(actor=person.actor, now=run.now, ref=ref, token=token, seen=shown.digest)


def _keep(run: Run, person: Person, ref: str) -> None:
    """Keep a new method; mostly pay a new bill with it at once, or set it for later."""
    run.methods.setdefault(person.pair[1], []).append(ref)
    actors.bill(run, person, due_in=run.random.choice([5, 20]))
    run.random.choice([actors.pay_as, actors.pay_as, later.schedule_as, _nothing])(run, person, ref)


def withdraw(run: Run) -> None:
    """A wallet's holder takes an agreement back there; we are told, late, or never."""
    with run.store.session() as db:
        rows = db.execute(
            "SELECT id FROM agreement WHERE merchant_id = %s AND status = 'approved' ORDER BY created_at, id",
            [run.world.sandbox.id],
        ).fetchall()
    if not rows:
        return
    run.world.sandbox.visit(f"/wallet/agreements/{run.random.choice(rows)['id']}", "withdraw")
    if run.random.random() < 0.5:
        for delivery in run.world.sandbox.due():
            run.deliver(delivery)
        for job in run.waiting_jobs():
            run.do_job(job)
        assert not (used := run.rows(STILL_USED)), f"{used} use a method that was taken back"


def type_amounts(run: Run) -> None:
    """Somebody types two small amounts, the right ones or not; what waited is sent, or given up, by itself."""
    rows = run.rows(
        "SELECT public_id, payer_id, token FROM methods_paymentmethod WHERE biller_id = %s"
        " AND validation = 'pending' AND status <> 'deleted' ORDER BY id"
    )
    if not rows:
        return
    ref, payer_id, token = run.random.choice(rows)
    actor = run.random.choice([person for person in run.people if person.pair[1] == payer_id]).actor
    _arrive(run, token)
    first, second = run.world.sandbox.amounts(token)
    typed = (second, first) if run.random.random() < 0.5 else (first % 99 + 1, second)
    for _ in range(run.random.choice([1, 1, 3])):
        validate.run(actor=actor, now=run.now, ref=ref, amounts=typed)
    with run.store.session() as db:
        row = db.execute("SELECT checked FROM token WHERE token = %s", [token]).fetchone()
    assert row is not None
    [(stands, status)] = [
        rest
        for public_id, *rest in run.rows(
            "SELECT public_id, validation, status FROM methods_paymentmethod WHERE biller_id = %s"
        )
        if public_id == ref
    ]
    assert stands == row["checked"], f"{ref} is {stands}, the gateway says {row['checked']}"
    left = [payment for payment, _, method, *_ in run.rows(WAITING) if method == ref]
    is_over = stands == "failed" or (stands == "passed" and status == "active")
    assert not (left and is_over), f"{left} still wait for {ref}, which is {stands}"


def _arrive(run: Run, token: str) -> None:
    """Mostly people wait until the amounts are there."""
    with run.store.session() as db:
        row = db.execute("SELECT arrive_at FROM small_amounts WHERE token = %s", [token]).fetchone()
    assert row is not None
    if run.random.random() < 0.8:
        run.wait(max(timedelta(0), row["arrive_at"] - run.now))


def follow(run: Run) -> None:
    """The worker brings what waits for its account up to date: nothing waits that need not, payers were reminded."""
    validate.follow(actor=WORKER, now=run.now, biller_id=run.world.biller_id)
    for ref, submitted_on, _method, status, validation, told in run.rows(WAITING):
        day = (run.world.today - submitted_on).days
        is_over = status == "deleted" or validation == "failed" or day >= WAITS
        assert not is_over, f"{ref} still waits on day {day}, its account is {status} and {validation}"
        assert validation == "pending" or status != "active", f"{ref} waits for an account that is confirmed"
        assert told >= (2 if day >= 2 else 1), (
            f"{ref} waits since {day} days, its payer was told {told} times"
        )
        assert told <= 3, f"the payer of {ref} was told {told} times"


def reminders(run: Run) -> None:
    """The worker reminds: who owes, with nothing on its way and nothing set for later; nobody else."""
    person, days = run.random.choice(run.people), run.random.choice([1, 3, 6])
    actors.bill(run, person, due_in=SOON + days)
    run.wait(timedelta(days=days))
    hour = run.now.astimezone(ZoneInfo(run.world.zone)).hour
    if not MORNING <= hour < EVENING:
        run.wait(timedelta(hours=(MORNING + 1 - hour) % 24))
    with suppress(errors.Refused):
        # A minute before, the payer pays, or sets a payment for later.
        run.random.choice([_nothing, actors.pay_as, later.schedule_as])(run, person, "")
    payments = later.seen_by(run)
    busy: set[Pair] = {
        run.oracle.agreed[seen.key].pair for seen in payments if seen.status in LIVE - {"settled"}
    }
    busy |= {
        (account_id, payer_id)
        for account_id, payer_id in run.rows(
            "SELECT account_id, payer_id FROM schedules_scheduled WHERE biller_id = %s"
            " AND status IN ('scheduled', 'running')"
        )
    }
    owing = {pair: run.oracle.outstanding(pair, payments) for pair in {p.pair for p in run.people}}
    [(before,)] = run.rows("SELECT coalesce(max(id), 0) FROM notices_notice WHERE biller_id = %s")
    remind.run(actor=WORKER, now=run.now, biller_id=run.world.biller_id)
    sent = run.rows(
        "SELECT id, key, payer_id, data FROM notices_notice WHERE biller_id = %s"
        " AND key IN ('invoice_due_soon', 'invoice_overdue')"
    )
    pairs = {person.pair[1]: person.pair for person in run.people}
    for notice_id, key, payer_id, data in sent:
        if notice_id > before:
            _judge_reminder(run, key, json.loads(data), owing[pairs[payer_id]], busy=pairs[payer_id] in busy)
    _judge_silence(run, {pair for pair, owed in owing.items() if owed and pair not in busy})


def _nothing(_run: Run, _person: Person, _ref: str) -> None:
    """Nobody does anything."""


def _judge_reminder(run: Run, key: str, data: dict[str, Any], owed: int, *, busy: bool) -> None:
    assert not busy, "reminded of what is on its way or set for later"
    assert 0 < data["total_minor"] <= owed, f"reminded of {data['total_minor']}, {owed} are outstanding"
    is_past = data["due_on"] < run.world.today.isoformat()
    assert is_past == (key == "invoice_overdue"), f"{key} of what is due on {data['due_on']}"


def _judge_silence(run: Run, owing: set[Pair]) -> None:
    """Who owes what falls due within days was told so, once the day of telling had come after the bill."""
    due = run.rows(
        "SELECT i.account_id, i.payer_id, i.number, i.due_on, i.created_at,"
        " (SELECT max(n.created_at) FROM notices_notice n WHERE n.payer_id = i.payer_id"
        "   AND n.key = 'invoice_due_soon')"
        " FROM invoices_invoice i WHERE i.biller_id = %s AND i.open_minor > i.pending_minor"
    )
    zone, today = ZoneInfo(run.world.zone), run.world.today
    for account_id, payer_id, number, due_on, made_at, told_at in due:
        since = due_on - timedelta(days=SOON)
        is_time = since <= today <= due_on and made_at.astimezone(zone).date() < since
        if (account_id, payer_id) in owing and is_time:
            was_told = told_at is not None and told_at.astimezone(zone).date() >= since
            assert was_told, f"nobody was reminded of {number}, due on {due_on}"


def wrong_at_the_end(run: Run) -> list[str]:
    """What is wrong once all is quiet: what we were told of methods stands, and who was to be told was."""
    told = {
        (ref, key)
        for ref, key in run.rows("SELECT subject_ref, key FROM notices_notice WHERE biller_id = %s")
    }
    rows = run.rows(
        "SELECT token, public_id, validation, last4 FROM methods_paymentmethod"
        " WHERE biller_id = %s AND status <> 'deleted'"
    )
    methods = {token: rest for token, *rest in rows}
    found = [f"{ref} still waits" for ref, *_ in run.rows(WAITING)]
    for delivery in run.told:
        event = json.loads(delivery.body)
        token = event["data"].get("token", {}).get("token")
        if token not in methods:
            continue
        ref, validation, _last4 = methods[token]
        if event["type"] == "token.revoked":
            found += [] if validation == "failed" else [f"{ref} was taken back, and is {validation}"]
            found += (
                [] if (ref, "wallet_withdrawn") in told else [f"nobody was told that {ref} was taken back"]
            )
    found += _not_corrected(run, {token: (ref, last4) for token, (ref, _, last4) in methods.items()})
    given_up = run.rows(
        "SELECT public_id, key FROM payments_payment WHERE biller_id = %s AND status = 'canceled'"
        " AND reason_code LIKE 'unvalidated_%%' AND reason_code <> 'unvalidated_chosen'"
    )
    return found + [
        f"nobody was told that {ref} was given up"
        for ref, key in given_up
        # What was scheduled is told of as what it was scheduled as.
        if not told & {(ref, "amounts_not_confirmed"), (key, "autopay_failed")}
    ]


def _not_corrected(run: Run, methods: dict[str, tuple[str, str]]) -> list[str]:
    """Return methods that end in what their bank corrected before the last correction that we were told of."""
    with run.store.session() as db:
        rows = db.execute(
            "SELECT body FROM event WHERE merchant_id = %s AND kind = 'token.updated' ORDER BY created_at, seq",
            [run.world.sandbox.id],
        ).fetchall()
    told = {json.loads(delivery.body)["id"] for delivery in run.told}
    since_told: dict[str, set[str]] = {}
    for event in (json.loads(row["body"]) for row in rows):
        token, last4 = event["data"]["token"]["token"], event["data"]["token"]["last4"]
        if event["id"] in told:
            since_told[token] = {last4}
        elif token in since_told:
            since_told[token].add(last4)
    return [
        f"{methods[token][0]} ends in {methods[token][1]}, its bank said {sorted(may_be)}"
        for token, may_be in since_told.items()
        if token in methods and methods[token][1] not in may_be
    ]
