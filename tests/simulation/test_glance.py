"""What the simulator leaves out, because a glance says that there is nothing to do, would have done nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from counterfoil.core.actor import WORKER
from counterfoil.flows.notices import redefer
from counterfoil.gateways.sandbox import client
from counterfoil_sandbox import store
from tests.factories.refunds import refund
from tests.simulation import actors, glance, invariants, kinds
from tests.simulation.run import Run

UNAPPLIED = "SELECT 1 FROM gateway_events_gatewayevent WHERE biller_id = %s AND applied_at IS NULL"


class Doubter(Run):
    """A run that does all the same what it would leave out, and says when that was wrong."""

    doubts = 0

    def due(self) -> list[Any]:
        """Ask the gateway, whatever the simulator thinks."""
        found, there = super().due(), self.world.sandbox.due()
        assert [each.seq for each in found] == [each.seq for each in there]
        return there

    def glance(self) -> glance.Glance:
        """Look, and try everything of which the look says that it does nothing."""
        seen = super().glance()
        assert seen.jobs == bool(self.waiting_jobs())
        assert seen.checks or not self.ask()
        assert seen.refunds or not self.ask_refunds()
        assert seen.events or not self.rows(UNAPPLIED)
        assert seen.matured or not self.mature()
        if not seen.letters:
            assert not redefer.run(actor=WORKER, now=self.now)
            before = self.post.taken.total()
            self.post.carry_all(self.now)
            assert self.post.taken.total() == before
        self.doubts += 1
        return seen


@pytest.mark.parametrize("seed", [1, 4, 11])
def test_what_is_left_out_would_have_done_nothing(
    seed: int, transactional_db: None, base_store: store.Store
) -> None:
    run = Doubter(seed, base_store)
    actors.play(run, events=kinds.SHORT)
    run.drain()
    assert run.doubts >= 10
    assert invariants.at_the_end(run) == []
    client.mount(base_url=run.world.sandbox.base_url, transport=None)


def test_all_that_there_is_to_do_is_seen(transactional_db: None, base_store: store.Store) -> None:
    nothing = glance.Glance(
        jobs=False, checks=False, refunds=False, events=False, matured=False, letters=False
    )
    run = Run(1, base_store)
    run.world.invoice()
    assert run.glance() == nothing
    run.world.pay(run.world.bank())
    assert run.glance() == replace(nothing, letters=True)
    run.until_quiet()
    run.wait(timedelta(days=5))
    for delivery in run.due():
        run.deliver(delivery)
    assert run.glance() == replace(nothing, jobs=True, events=True)
    run.until_quiet()
    assert run.glance() == nothing
    run.wait(timedelta(days=10))
    assert run.glance() == replace(nothing, matured=True)
    client.mount(base_url=run.world.sandbox.base_url, transport=None)


def test_a_refund_whose_answer_was_lost_is_seen(transactional_db: None, base_store: store.Store) -> None:
    run = Run(1, base_store)
    payment = run.world.pay(run.world.card(), [(run.world.invoice().public_id, 320_000)])
    run.world.sandbox.arm("answer_lost_after", on="refund")
    refund(run.world, payment, 320_000)
    assert not run.glance().refunds
    run.wait(timedelta(minutes=5))
    assert run.glance().refunds
    client.mount(base_url=run.world.sandbox.base_url, transport=None)


def test_a_payment_whose_answer_was_lost_is_seen(transactional_db: None, base_store: store.Store) -> None:
    run = Run(1, base_store)
    run.world.invoice()
    run.world.sandbox.arm("answer_lost_after")
    run.world.pay(run.world.card())
    assert not run.glance().checks
    run.wait(timedelta(minutes=5))
    assert run.glance().checks
    client.mount(base_url=run.world.sandbox.base_url, transport=None)
