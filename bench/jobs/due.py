"""The run of what is due: born two hundred a commit, sent to a sandbox that answers at once, recorded."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from bench import meters, sites
from bench.ground import CHECKOUT, Ground
from bench.results import BULK, Row

WORK = "bench_due"
COPY_TOKENS = """
INSERT INTO token SELECT fresh, merchant_id, kind, brand, last4, exp_month, exp_year, funding, bank_name,
  routing_last4, account_kind, holder_kind, holder_name, behavior, checked, fingerprint, created_at, deleted_at
FROM token, unnest(%s::text[]) AS fresh WHERE token.token = %s
"""
GOALS = {1: 150, 2: 250}


def measure(ground: Ground, source: str, *, count: int, commits: float) -> list[Row]:
    """Take `count` due payments with one worker, then with two; prove that each was taken once."""
    return [_measure(ground, source, workers, count=count, commits=commits) for workers in GOALS]


def _measure(ground: Ground, source: str, workers: int, *, count: int, commits: float) -> Row:
    ground.create(WORK, like=source)
    with sites.sandbox(ground) as gateway:
        ready: dict[str, Any] = ground.inside(
            "due_ready", WORK, gateway=f"http://localhost:{gateway.port}", count=count
        )
        with ground.owner("bench_gateway") as connection:
            connection.execute(COPY_TOKENS, [ready["tokens"], ready["like"]])
        before = meters.read({"database": ground.database_pid, "gateway": gateway.pid})
        seconds = _run_side_by_side(ground, workers)
        used = meters.between(before, meters.read({"database": ground.database_pid, "gateway": gateway.pid}))
        proof: dict[str, Any] = ground.inside("due_proof", WORK)
        with ground.owner("bench_gateway") as connection:
            moved = connection.execute("SELECT count(*), sum(amount_minor) FROM movement").fetchone()
    wanted = (ready["count"], ready["sum"])
    if proof["open"] or proof["findings"] or proof["settled"] != ready["count"] or moved != wanted:
        raise RuntimeError(f"{wanted} were to be taken once each: {proof}, the gateway moved {moved}")
    return Row(
        group=BULK,
        job=f"take {ready['count']:,} payments that are due, {workers} worker{'s' if workers > 1 else ''}",
        where=f"{ready['payers']:,} payers, sandbox in its own process",
        key=f"due-{workers}",
        per_second=ready["count"] / seconds,
        commits=commits,
        others=used.others,
        goal=f"at least {GOALS[workers]}/s",
        is_met=ready["count"] / seconds >= GOALS[workers],
        note="claim, birth with link, call, outcome with books and receipt; each taken once, the books hold",
    )


def _run_side_by_side(ground: Ground, workers: int) -> float:
    """Return how long the slowest of them was at it, without what a process takes to start."""
    command = [sys.executable, "-m", "bench.inside", "due_run", json.dumps({})]
    running = [
        subprocess.Popen(
            command,
            env=ground.environment(WORK),
            cwd=CHECKOUT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(workers)
    ]
    slowest = 0.0
    for process in running:
        answer, said = process.communicate()
        if process.returncode:
            raise RuntimeError(f"due_run: {said.strip()[-2_000:]}")
        slowest = max(slowest, json.loads(answer.splitlines()[-1])["seconds"])
    return slowest
