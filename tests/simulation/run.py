"""One seed: a biller, its people, a bank, a worker and bad luck, in virtual time and one thread."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from django.db import connection
from psycopg.pq import TransactionStatus

from counterfoil.core import errors, failpoints, http
from counterfoil.core.actor import WORKER, Actor
from counterfoil.flows.audit import seal
from counterfoil.flows.books import catch_up
from counterfoil.flows.gateway_events import apply, receive, redefer
from counterfoil.flows.payments import call_gateway, resolve_unknown, settle_matured
from counterfoil.flows.refunds import resolve as resolve_refunds
from counterfoil.flows.schedules import plan_autopay
from counterfoil.gateways import base
from counterfoil.gateways.sandbox import client
from counterfoil_sandbox import faults as sandbox_faults, store
from tests.factories import sandbox as sandboxes
from tests.factories.world import World
from tests.simulation import glance, reading
from tests.simulation.oracle import Oracle, Pair
from tests.simulation.post import Post

# Ordinary days and awkward ones: nights when clocks change, holidays, the ends of months and years.
STARTS = (
    datetime(2026, 11, 20, 15, tzinfo=UTC),
    datetime(2026, 3, 8, 6, 30, tzinfo=UTC),
    datetime(2026, 11, 1, 5, 30, tzinfo=UTC),
    datetime(2026, 12, 31, 23, 40, tzinfo=UTC),
    datetime(2027, 2, 27, 3, tzinfo=UTC),
    datetime(2026, 7, 3, 11, 45, tzinfo=UTC),
    datetime(2028, 2, 29, 9, 59, tzinfo=UTC),
)
ZONES = (
    "America/Chicago",
    "America/Chicago",
    "America/Los_Angeles",
    "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
)
DRAIN = [timedelta(minutes=5), timedelta(hours=2), *[timedelta(days=2)] * 4, *[timedelta(days=21)] * 3]
NEXT_AT_GATEWAY = """
SELECT least((SELECT min(next_at) FROM charge WHERE merchant_id = %(merchant)s),
             (SELECT min(next_at) FROM refund WHERE merchant_id = %(merchant)s),
             (SELECT min(run_at) FROM delayed WHERE merchant_id = %(merchant)s),
             (SELECT min(next_try_at) FROM event WHERE merchant_id = %(merchant)s)) AS at
"""
JOBS: dict[str, Callable[..., Any]] = {
    "call_gateway": lambda now, payment_id: call_gateway.run(actor=WORKER, now=now, payment_id=payment_id),
    "apply_gateway_event": lambda now, event_id: apply.run(actor=WORKER, now=now, event_id=event_id),
    "plan_autopay_of": lambda now, biller_id: plan_autopay.run(actor=WORKER, now=now, biller_id=biller_id),
}


class Crash(BaseException):
    """The process died here."""


class Down(httpx.BaseTransport):
    """A gateway that cannot be reached."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("down", request=request)


@dataclass
class Person:
    """Somebody who pays for an account: the payer's login, or a relative's."""

    actor: Actor
    pair: Pair


class Run:
    """Everything that exists in one seed."""

    def __init__(self, seed: int, base_store: store.Store) -> None:
        self.seed, self.random, self.log = seed, random.Random(seed), list[str]()
        practice = sandboxes.practice(base_store)
        practice.time.now = self.random.choice(STARTS) + timedelta(minutes=self.random.randrange(0, 3000))
        self.world = World(practice, zone=self.random.choice(ZONES))
        self.box = practice.app.sandbox.outbox
        self.post = Post(seed, biller_id=self.world.biller_id)
        self.store = base_store
        credit_applies = self.random.random() < 0.8
        if not credit_applies:
            self.world.set_portal(credit_applies_by_itself=False)
        # Whether a card costs a fee here, and when that changes, is luck of its own: without one nothing is otherwise.
        self.fees = random.Random(f"fees {seed}")
        self.takes_fees = self.fees.random() < 0.4
        self.change_fee()
        self.oracle = Oracle(credit_applies)
        self.people = self._people()
        self.methods: dict[int, list[str]] = {}
        self.submitted: list[tuple[Person, Any]] = []
        self.told: list[Any] = []
        # What must hold beside the rest, at any moment of a seed of this kind.
        self.watches: list[Callable[[Run], list[str]]] = []
        # What the worker does beside the rest whenever it comes to rest in a seed of this kind.
        self.chores: list[Callable[[Run], object]] = []
        self.countdown: int | None = None
        self.places: Counter[str] = Counter()
        self.crashes = 0
        self.first_job = reading.read("SELECT coalesce(max(id), 0) FROM procrastinate_jobs")[0][0]

    def _people(self) -> list[Person]:
        world = self.world
        pair = (world.account_id, world.payer_id)
        relative = world.payer_actor(world.payer_id, "Susan Whitfield", login_id=world.payer_id + 5_000_000)
        account_id, payer_id = world.add_resident("Howard Marsh", "howard@example.test")
        other = world.payer_actor(payer_id, "Howard Marsh")
        return [Person(world.payer, pair), Person(relative, pair), Person(other, (account_id, payer_id))]

    @property
    def now(self) -> datetime:
        """The one time of this seed."""
        return self.world.now

    def wait(self, span: timedelta) -> None:
        """Let time pass."""
        self.world.sandbox.time.now += span
        if self.takes_fees and self.fees.random() < 0.1:
            self.change_fee()

    def change_fee(self) -> None:
        """The biller sets another fee for cards, or none; where it takes any."""
        if self.takes_fees:
            self.world.set_payments(card_fee_minor=self.fees.choice([0, 1, 150, 295, 2_500]))

    # -- The machinery: acts that may crash ---------------------------------------------------------------------

    def perform(self, name: str, act: Callable[[], object]) -> None:
        """Do one act; a crash ends the process that did it, and a refusal is an answer like others."""
        self.log.append(f"{self.now:%m-%d %H:%M} {name}")
        http.forget()
        try:
            with failpoints.attached(self._reached):
                act()
        except Crash as crash:
            self.crashes += 1
            self.log.append(f"    crashed at {crash}")
            self._hang_up()
        except errors.Refused as refused:
            self.log.append(f"    refused: {refused}")

    @staticmethod
    def _hang_up() -> None:
        """End what a dead process leaves at the database: its transaction. It holds nothing beyond one."""
        at_database = connection.connection
        if at_database is None or at_database.info.transaction_status != TransactionStatus.IDLE:
            connection.close()

    def _reached(self, place: str) -> None:
        self.places[place] += 1
        if self.countdown is None:
            return
        self.countdown -= 1
        if self.countdown <= 0:
            self.countdown = None
            raise Crash(place)

    def gateway_up(self, *, up: bool) -> None:
        """Connect the gateway, or cut it off."""
        practice = self.world.sandbox
        client.mount(base_url=practice.base_url, transport=practice.transport if up else Down())

    # -- The worker and the gateway's courier ---------------------------------------------------------------------

    def deliver(self, delivery: Any) -> None:
        """One event arrives at our door; the gateway hears whether it was taken."""
        try:
            receive.run(
                now=self.now,
                real_now=self.now,
                connection_ref=self.world.connection_ref,
                body=delivery.body,
                headers=dict(delivery.headers),
            )
        except base.Forged:
            self.box.failed(delivery.seq, self.now, answer="400")
            return
        except Crash:
            self.box.failed(delivery.seq, self.now, answer="lost")
            raise
        self.box.delivered([delivery.seq], self.now)
        self.told.append(delivery)

    def waiting_jobs(self) -> list[tuple[int, str, dict[str, int]]]:
        """Jobs of this seed that nobody has done."""
        rows = reading.read(
            "SELECT id, task_name, args FROM procrastinate_jobs WHERE id > %s AND task_name = ANY(%s) ORDER BY id",
            [self.first_job, list(JOBS)],
        )
        return [(job_id, name, json.loads(args)) for job_id, name, args in rows]

    def do_job(self, job: tuple[int, str, dict[str, int]]) -> None:
        """Run a job; it is gone only once it is done."""
        JOBS[job[1]](self.now, **job[2])
        reading.read("DELETE FROM procrastinate_jobs WHERE id = %s RETURNING id", [job[0]])

    def letters(self) -> None:
        """The worker carries some letters to the mail server, and now and then dies on its way."""
        has_own_luck = self.countdown is None and self.post.random.random() < 0.25
        if has_own_luck:
            self.countdown = self.post.random.randint(1, 7)
        self.post.carry_some(self.now)
        if has_own_luck:
            self.countdown = None

    def ask(self) -> int:
        """The worker asks about what is not known."""
        return resolve_unknown.run(actor=WORKER, now=self.now, biller_id=self.world.biller_id)

    def ask_refunds(self) -> int:
        """The worker asks about refunds that are on their way."""
        return resolve_refunds.run(actor=WORKER, now=self.now, biller_id=self.world.biller_id)

    def mature(self) -> int:
        """The worker calls paid what is."""
        return settle_matured.run(actor=WORKER, now=self.now, biller_id=self.world.biller_id)

    def catch_up(self) -> int:
        """The worker compares the books and asks about what differs."""
        return catch_up.run(actor=WORKER, now=self.now, biller_id=self.world.biller_id)

    def redefer(self) -> int:
        """The worker queues again what was stored and never applied."""
        return redefer.run(actor=WORKER, now=self.now, older_than=timedelta(minutes=2))

    def seal(self) -> None:
        """The worker seals the audit log."""
        while seal.run(actor=WORKER, now=self.now):
            pass

    def mend(self) -> None:
        """End all bad luck."""
        self.countdown = None
        self.gateway_up(up=True)
        self.post.is_away = False
        with self.store.session() as db:
            sandbox_faults.clear(db, merchant_id=self.world.sandbox.id)

    def drain(self) -> None:
        """Mend everything, deliver everything, let the worker finish, and go on for seventy days."""
        self.mend()
        for span in DRAIN:
            self.wait(span)
            self.perform("drain", self.until_quiet)
        # What was lost for good is found by comparing the books; what that brings may be pending once more.
        self.perform("catch up", self.catch_up)
        self.perform("drain", self.until_quiet)
        self.perform("seal", self.seal)

    def until_quiet(self) -> None:
        """Deliver, do and ask until nothing is left to do now."""
        for chore in self.chores:
            chore(self)
        for _ in range(50):
            due = self.due()
            for delivery in due:
                self.deliver(delivery)
            seen = self.glance()
            jobs = self.waiting_jobs() if seen.jobs else []
            for job in jobs:
                self.do_job(job)
            asked = (seen.checks and self.ask()) or (seen.refunds and self.ask_refunds())
            if not (due or jobs or asked):
                break
        else:
            raise AssertionError("the worker does not come to rest")
        if seen.events:
            self.redefer()
        if seen.matured:
            self.mature()
        if seen.letters or seen.matured:
            self.post.carry_all(self.now)

    def due(self) -> list[Any]:
        """Events that the gateway has to tell now; it is not asked while nothing can happen there."""
        with self.store.session() as db:
            row = db.execute(NEXT_AT_GATEWAY, {"merchant": self.world.sandbox.id}).fetchone()
        at = row["at"] if row else None
        return [] if at is None or at > self.now else self.world.sandbox.due()

    def glance(self) -> glance.Glance:
        """Look whether the worker has anything to do."""
        return glance.look(
            biller_id=self.world.biller_id,
            now=self.now,
            today=self.world.today,
            first_job=self.first_job,
            tasks=list(JOBS),
        )

    # -- Looking ----------------------------------------------------------------------------------------------------

    def rows(self, statement: str) -> list[Any]:
        """Read our own tables, `%s` being the biller, by plain SQL: no query of the product stands between."""
        return reading.read(statement, [self.world.biller_id])
