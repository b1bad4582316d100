"""The process dies at every commit and every outside call of some stories, one after the other, and once for real."""

from __future__ import annotations

import ast
import os
import pickle
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings
from django.db import connection

from counterfoil.flows.payments import prepare
from counterfoil.flows.payments.orders import Mode, PayOrder, Submission
from counterfoil.gateways.sandbox import client
from counterfoil_sandbox import store
from tests.simulation import invariants, refund_stories, stories
from tests.simulation.oracle import Agreed
from tests.simulation.run import Run
from tests.simulation.stories import Lost, Story

STORIES = (*stories.STORIES, *refund_stories.STORIES)
PARTS = 2
SEED = 7
SOURCE = Path(__file__).parents[2] / "src" / "counterfoil"


def tell(base_store: store.Store, kind: type[Story], *, die_at: int | None = None) -> Story:
    """Tell a story, dying at the n-th place; what was interrupted is begun again, as people and workers do."""
    run = Run(SEED, base_store)
    story = kind(run)
    run.countdown = die_at
    for step in story.steps():
        crashes = run.crashes
        run.perform("step", step)
        if run.crashes > crashes:
            run.perform("again", step)
    return story


def places(story: Story) -> list[str]:
    """Return where it could have died, and leave nothing undone."""
    found = list(story.run.places.elements())
    story.end()
    client.mount(base_url=story.run.world.sandbox.base_url, transport=None)
    return found


def named_in_the_source() -> set[str]:
    """Return the name of every place that the product names."""
    calls = [
        node
        for path in SOURCE.rglob("*.py")
        if "failpoints.reach(" in (text := path.read_text())
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "failpoints.reach"
    ]
    return {ast.literal_eval(call.args[0]) for call in calls}


def test_the_stories_come_to_every_place(transactional_db: None, base_store: store.Store) -> None:
    """What is crashed below is every commit and every outside call that there is."""
    reached = {place for kind in STORIES for place in places(tell(base_store, kind))}
    assert reached == named_in_the_source()


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("kind", STORIES)
def test_a_crash_at_every_place(
    kind: type[Story], part: int, transactional_db: None, base_store: store.Store
) -> None:
    count = len(places(tell(base_store, kind)))
    for die_at in range(1 + part, count + 1, PARTS):
        story = tell(base_store, kind, die_at=die_at)
        run = story.run
        assert run.crashes == 1
        story.end()
        assert not (wrong := [*invariants.at_the_end(run), *story.wrong()]), (die_at, run.log, wrong)
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
    Lost(run).bill("A", 40_000)()
    card = run.world.card()
    person = run.people[0]
    account_id, payer_id = person.pair
    order = PayOrder(payer_id, account_id, card, Mode.OUTSTANDING)
    quote = prepare.run(actor=person.actor, now=run.now, order=order).quote
    run.oracle.agreed["k"] = Agreed(person.pair, quote.amount_minor, {"A": 40_000}, quote.fee_minor)
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
