"""The process dies at every commit and every outside call of one story, one after the other, and once for real."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings
from django.db import connection

from counterfoil.core.actor import OPERATOR
from counterfoil.flows.invoices import issue
from counterfoil.flows.payments import prepare, submit
from counterfoil.flows.payments.orders import Mode, PayOrder, Submission
from counterfoil.gateways.sandbox import client
from counterfoil.invoices.drafts import NewInvoice, NewLine
from counterfoil_sandbox import store
from tests.simulation import invariants
from tests.simulation.oracle import Agreed
from tests.simulation.run import Run

PARTS = 4
SEED = 7


class Story:
    """A card whose answer is lost; a bank debit, funded, paid, and back after all. Each step can be begun again."""

    def __init__(self, run: Run) -> None:
        self.run, self.methods = run, dict[str, str]()
        self.submissions: dict[str, Submission] = {}

    def steps(self) -> list[Callable[[], object]]:
        """Return what happens, in order."""
        run = self.run
        return [
            lambda: self.issue("A", 40_000),
            lambda: self.issue("B", 70_000),
            lambda: run.world.sandbox.arm("answer_lost_after"),
            lambda: self.pay("card", "4242424242424242"),
            lambda: run.wait(timedelta(minutes=3)),
            run.ask,
            lambda: self.issue("C", 25_000),
            lambda: self.pay("bank", "000222222227"),
            lambda: run.wait(timedelta(days=9)),
            self.arrive,
            self.work,
            run.mature,
            lambda: run.wait(timedelta(days=14)),
            self.arrive,
            self.work,
            run.seal,
        ]

    def issue(self, number: str, total: int) -> None:
        """A bill, once."""
        run = self.run
        account_id, payer_id = pair = run.people[0].pair
        if run.rows(f"SELECT 1 FROM invoices_invoice WHERE biller_id = %s AND number = '{number}'"):
            return
        day = run.world.today
        lines = (NewLine("Rent", total),)
        draft = NewInvoice(run.world.biller_id, account_id, payer_id, number, day, day, "USD", lines)
        run.oracle.issued[number] = (pair, total)
        issue.run(actor=OPERATOR, now=run.now, biller_id=run.world.biller_id, drafts=[draft])

    def pay(self, kind: str, number: str) -> None:
        """Pay what is outstanding; after a crash the same form is sent again, under its key."""
        run, person = self.run, self.run.people[0]
        if number not in self.methods:
            self.methods[number] = run.world.card(number) if kind == "card" else run.world.bank(number)
        if number not in self.submissions:
            account_id, payer_id = person.pair
            order = PayOrder(payer_id, account_id, self.methods[number], Mode.OUTSTANDING)
            quote = prepare.run(actor=person.actor, now=run.now, order=order).quote
            parts = {share.invoice_number: share.amount_minor for share in quote.shares}
            run.oracle.agreed[number] = Agreed(person.pair, quote.amount_minor, parts)
            self.submissions[number] = Submission(order, scope="form", key=number, seen=quote.digest)
        submit.run(actor=person.actor, now=run.now, submission=self.submissions[number])

    def arrive(self) -> None:
        """Every event that is due."""
        for delivery in self.run.world.sandbox.due():
            self.run.deliver(delivery)

    def work(self) -> None:
        """Every job that waits."""
        for job in self.run.waiting_jobs():
            self.run.do_job(job)


def tell(base_store: store.Store, *, die_at: int | None) -> Run:
    """Tell the story, dying at the n-th place; what was interrupted is begun again, as people and workers do."""
    run = Run(SEED, base_store)
    run.world.set_portal(credit_applies_by_itself=True)
    run.oracle.credit_applies = True
    run.countdown = die_at
    for step in Story(run).steps():
        crashes = run.crashes
        run.perform("step", step)
        if run.crashes > crashes:
            run.perform("again", step)
    return run


@pytest.mark.parametrize("part", range(PARTS))
def test_a_crash_at_every_place(part: int, transactional_db: None, base_store: store.Store) -> None:
    whole = tell(base_store, die_at=None)
    places = whole.places.total()
    assert set(whole.places) >= {
        "call.before", "call.after", "commit.before", "commit.after", "look_up.before", "look_up.after",
        "token.before", "token.after",
    }  # fmt: skip
    for die_at in range(1 + part, places + 1, PARTS):
        run = tell(base_store, die_at=die_at)
        assert run.crashes == 1
        run.drain()
        assert not (wrong := invariants.at_the_end(run)), (die_at, run.log, wrong)
        client.mount(base_url=run.world.sandbox.base_url, transport=None)


@pytest.mark.parametrize(("place", "left"), [("call.before", "canceled"), ("call.after", "settled")])
def test_a_real_process_is_killed(
    place: str,
    left: str,
    transactional_db: None,
    base_store: store.Store,
    sandbox_database_url: str,
    tmp_path: Path,
) -> None:
    run = Run(SEED, base_store)
    story = Story(run)
    story.issue("A", 40_000)
    card = run.world.card()
    person = run.people[0]
    account_id, payer_id = person.pair
    order = PayOrder(payer_id, account_id, card, Mode.OUTSTANDING)
    quote = prepare.run(actor=person.actor, now=run.now, order=order).quote
    run.oracle.agreed["k"] = Agreed(person.pair, quote.amount_minor, {"A": 40_000})
    submission = Submission(order, scope="form", key="k", seen=quote.digest)
    told = tmp_path / "told.pickle"
    practice = run.world.sandbox
    told.write_bytes(
        pickle.dumps((person.actor, run.now, submission, place, practice.base_url, sandbox_database_url))
    )
    died = subprocess.run(
        [sys.executable, "-m", "tests.simulation.killed", str(told)],
        env=_environment(),
        check=False,
        timeout=60,
    )
    assert died.returncode == -signal.SIGKILL
    assert [seen.status for seen in invariants.seen(run)] == ["submitting"]
    run.wait(timedelta(minutes=2))
    run.perform("ask", run.ask)
    assert [seen.status for seen in invariants.seen(run)] == [left]
    run.drain()
    assert invariants.at_the_end(run) == []


def _environment() -> dict[str, str]:
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    return {
        **os.environ,
        "DATABASE_URL": urlunsplit(url),
        "COUNTERFOIL_KEYS_FILE": settings.COUNTERFOIL_KEYS_FILE,
    }
