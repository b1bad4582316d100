"""Lighthouse's mobile profile on the pages that count, where Node is present; and what each page weighs."""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bench import sites
from bench.data import Books
from bench.ground import Ground
from bench.load import SESSION
from bench.results import SCREENS, Row
from counterfoil_stand import browser

PACKAGE: Final = "lighthouse@12.8.2"
ROUNDS: Final = 5
# A browser that hangs, or paints nothing, is started anew: it says nothing about the page.
TRIES: Final = 3
LONGEST_S: Final = 90
GOALS: Final = {"accessibility": 100, "best-practices": 100, "performance": 98}
MOST_KB: Final = 60.0
GOAL = "accessibility 100, best practices 100, performance 98; 60 kB"
FLAGS: Final = "--headless=new --no-sandbox --disable-dev-shm-usage"


@dataclass(frozen=True, slots=True)
class Seen:
    """One look: the scores out of a hundred, what painted last and when (milliseconds), and kilobytes without fonts."""

    scores: Mapping[str, int]
    largest_paint_ms: float
    kilobytes: float


def measure(ground: Ground, books: Books, *, rounds: int = ROUNDS) -> list[Row]:
    """Look at sign-in, invoices and pay as a phone does. No rows where there is no Node, npm or browser."""
    chromium = browser.provide(environ=os.environ)
    if not (shutil.which("node") and shutil.which("npm") and chromium):
        return []
    tool = _installed(ground)
    sessions: dict[str, str] = ground.inside("sessions", books.database)
    payer = min(sessions, key=int)
    pay: dict[str, str] = ground.inside("pay_address", books.database, payer_ids=[int(payer)])
    pages = [
        ("sign-in", "/accounts/login/", ""),
        ("dashboard", "/", sessions[payer]),
        ("invoices", "/billing/invoices/", sessions[payer]),
        ("pay", pay[payer], sessions[payer]),
    ]
    rows = []
    with sites.product(ground, books.database) as site:
        for name, path, session in pages:
            command = _command(tool, f"http://localhost:{site.port}{path}", session)
            rows.append(_row(name, [_look(command, chromium) for _ in range(rounds)]))
    return rows


def _installed(ground: Ground) -> Path:
    """Return the tool's script, fetched once from the package registry and kept with the benchmarks' data."""
    folder = ground.state / "lighthouse"
    script = folder / "node_modules" / "lighthouse" / "cli" / "index.js"
    if not script.exists():
        folder.mkdir(exist_ok=True)
        told = ["--no-audit", "--no-fund", "--silent"]
        subprocess.run(["npm", "install", *told, "--prefix", str(folder), PACKAGE], check=True)
    return script


def _command(tool: Path, address: str, session: str) -> list[str]:
    headers = json.dumps({"Cookie": f"{SESSION}={session}"} if session else {})
    return [
        *("node", str(tool), address, "--quiet", "--output=json", f"--chrome-flags={FLAGS}"),
        *(f"--only-categories={','.join(GOALS)}", f"--extra-headers={headers}"),
    ]


def _look(command: Sequence[str], chromium: Path) -> Seen:
    report: dict[str, Any] = json.loads(_told(command, {**os.environ, "CHROME_PATH": str(chromium)}))
    requests = report["audits"]["network-requests"]["details"]["items"]
    return Seen(
        scores={name: round(report["categories"][name]["score"] * 100) for name in GOALS},
        largest_paint_ms=report["audits"]["largest-contentful-paint"]["numericValue"],
        kilobytes=sum(r["transferSize"] for r in requests if r.get("resourceType") != "Font") / 1024,
    )


def _told(command: Sequence[str], environ: Mapping[str, str], tries: int = TRIES) -> str:
    """Return what the tool says, from the first try that comes to an end.

    :raises subprocess.SubprocessError: none did.
    """
    try:
        done = subprocess.run(
            command, env=environ, check=True, capture_output=True, text=True, timeout=LONGEST_S
        )
    except subprocess.SubprocessError:
        if tries == 1:
            raise
        return _told(command, environ, tries - 1)
    return done.stdout


def _row(name: str, seen: Sequence[Seen]) -> Row:
    scores = {goal: round(statistics.median(each.scores[goal] for each in seen)) for goal in GOALS}
    weight = statistics.median(each.kilobytes for each in seen)
    return Row(
        group=SCREENS,
        job=f"Lighthouse, mobile: {name}",
        where=", ".join(f"{goal.replace('-', ' ')} {score}" for goal, score in scores.items()),
        key=f"lighthouse-{name}",
        p50_ms=statistics.median(each.largest_paint_ms for each in seen),
        goal=GOAL,
        is_met=weight <= MOST_KB and all(scores[goal] >= least for goal, least in GOALS.items()),
        note=f"{weight:.0f} kB without the font; p50 is the largest paint on Lighthouse's slow phone",
    )
