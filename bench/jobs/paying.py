"""Paying one invoice over HTTP, from opening it to the page that says so, with the sandbox in its own process."""

from __future__ import annotations

import html
import queue
import re
import time
from collections.abc import Callable, Sequence
from typing import Any

from bench import load, sites
from bench.ground import Ground
from bench.load import Browser, Form, Load, Page, Unexpected
from bench.results import PAYING, Row

WORK, SKELETON = "bench_work", "bench_skeleton"
TRIES = 20
FIRST_PAYER, PAYERS = 101, 120
PEERS = "Odoo: 3.7/s and 7/s (255 ms); Dolibarr: 15/s and 25-30/s, without gateway or journal"
SKELETON_TABLE = """
CREATE TABLE skeleton_payment (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, key text UNIQUE NOT NULL,
  invoice_id bigint NOT NULL REFERENCES invoices_invoice (id), amount_minor bigint NOT NULL CHECK (amount_minor > 0),
  status text NOT NULL, gateway_ref text NOT NULL DEFAULT '', created_at timestamptz NOT NULL DEFAULT now());
"""

Task = tuple[str, str]
Walk = Callable[[Browser, str], None]


def measure(
    ground: Ground, source: str, counts: Sequence[tuple[int, int]], *, commits: float
) -> tuple[list[Row], list[str]]:
    """Pay so many invoices by so many clients, by the product and by the skeleton; return rows and proofs."""
    ground.create(WORK, like=source)
    with sites.sandbox(ground) as gateway:
        ready = ground.inside(
            "ready_to_pay",
            WORK,
            gateway=f"http://localhost:{gateway.port}",
            first=FIRST_PAYER,
            count=PAYERS,
        )
        ground.create(SKELETON, like=WORK)
        with ground.owner(SKELETON) as connection:
            connection.execute(SKELETON_TABLE)
            connection.execute("GRANT SELECT, INSERT, UPDATE ON skeleton_payment TO counterfoil_app")
        with sites.plain(ground, SKELETON, gateway=gateway) as site:
            floors = [load for load, _ in _all(ground, site, gateway, ready, counts, _walk_skeleton)]
        with sites.product(ground, WORK) as site, sites.worker(ground, WORK, gateway):
            walked = _all(ground, site, gateway, ready, counts, _walk)
    refs = [ref for _, tasks in walked for _, ref in tasks]
    proof = ground.inside("paid", WORK, refs=refs)
    _demand(proof, len(refs))
    said = (
        f"{len(refs)} invoices paid over HTTP: each paid once, by {proof['payments']} payments, {proof['put_off']} of"
        f" them sent by the worker; the ledger sums to {proof['ledger_sum']}; every invariant of"
        " `counterfoil verify` holds."
    )
    rows = [
        row
        for (clients, _), floor, (taken, _) in zip(counts, floors, walked, strict=True)
        for row in _rows(clients, floor, taken, commits)
    ]
    return rows, [said]


def _demand(proof: dict[str, Any], count: int) -> None:
    if proof["paid"] != count or proof["payments"] != count or proof["ledger_sum"] or proof["findings"]:
        raise RuntimeError(f"{count} invoices were to be paid once each: {proof}")


def _all(
    ground: Ground,
    site: sites.Site,
    gateway: sites.Site,
    ready: Sequence[dict[str, Any]],
    counts: Sequence[tuple[int, int]],
    walk: Walk,
) -> list[tuple[Load, list[Task]]]:
    """Go through the open invoices, round by round, so that no payer stands at two windows at once."""
    rounds = max(len(each["invoices"]) for each in ready)
    tasks = [
        (each["session"], each["invoices"][number])
        for number in range(rounds)
        for each in ready
        if number < len(each["invoices"])
    ]
    roots = {"server": site.pid, "database": ground.database_pid, "gateway": gateway.pid}
    # Every worker's every thread has its connections before anything is timed.
    warm, tasks = tasks[:16], tasks[16:]
    load.drive(_visit(site.port, warm, 4, walk), clients=4, roots=roots)
    done = []
    for clients, count in counts:
        mine, tasks = tasks[:count], tasks[count:]
        done.append((load.drive(_visit(site.port, mine, clients, walk), clients=clients, roots=roots), mine))
    done[0][1].extend(warm)
    return done


def _visit(port: int, tasks: Sequence[Task], clients: int, walk: Walk) -> load.Visit:
    waiting: queue.SimpleQueue[Task] = queue.SimpleQueue()
    for task in tasks:
        waiting.put(task)
    browsers = [Browser(port, "") for _ in range(clients)]

    def visit(number: int) -> int | None:
        try:
            session, ref = waiting.get_nowait()
        except queue.Empty:
            return None
        browser = browsers[number]
        browser.session = session
        browser.cookies.clear()
        before = browser.requests
        walk(browser, ref)
        return browser.requests - before

    return visit


def _walk(browser: Browser, ref: str) -> None:
    """The invoice, Pay Invoice, Verify Payment, Submit Payment, and the page that says it is paid."""
    page = _expect(browser.get(f"/billing/invoices/{ref}/"), "/billing/pay/")
    link = re.search(r'href="(/billing/pay/[^"]+)"', page.body)
    if link is None:
        raise Unexpected(f"invoice {ref} has no way to pay")
    page = _expect(browser.get(html.unescape(link[1])), 'name="method"')
    page = _expect(_send(browser, page, "mode"), 'name="seen"')
    page = _send(browser, page, "seen")
    if not page.url.startswith("/billing/payments/"):
        raise Unexpected(f"paying {ref} ended at {page.url}")
    for _ in range(TRIES):
        if "receipt.pdf" in page.body:
            return
        # Put off to a job: the page asks again every two seconds.
        _expect(page, 'hx-trigger="every 2s"')
        time.sleep(2)
        page = browser.get(page.url)
    _expect(page, "receipt.pdf")


def _walk_skeleton(browser: Browser, ref: str) -> None:
    page = _expect(browser.get(f"/pay/{ref}/"), 'name="method"')
    page = _expect(_send(browser, page, "method"), 'name="key"')
    page = _expect(_send(browser, page, "key"), 'id="outcome">captured')
    if not page.url.startswith("/paid/"):
        raise Unexpected(f"paying {ref} ended at {page.url}")


def _send(browser: Browser, page: Page, name: str) -> Page:
    form = next((form for form in load.forms(page) if name in dict(form.values)), None)
    if form is None:
        raise Unexpected(f"{page.url} has no form with {name}")
    return browser.post(_target(form, page), form.values, come_from=page.url)


def _target(form: Form, page: Page) -> str:
    return form.action or page.url


def _expect(page: Page, mark: str) -> Page:
    if page.status != 200 or mark not in page.body:
        text = re.sub(r"<[^>]+>|\s+", " ", page.body)
        raise Unexpected(f"{page.url} answers {page.status} without {mark}: {text[:600]}")
    return page


def _rows(clients: int, floor: Load, taken: Load, commits: float) -> list[Row]:
    base, ours = floor.cpu_ms("server", "database"), taken.cpu_ms("server", "database")
    where = f"50,000 invoices, {clients} client{'s' if clients > 1 else ''}"
    least = 40.0 if clients > 1 else 0.0
    each = taken.requests / taken.count
    return [
        _row(
            "skeleton of paying in plain Django (floor)", where, floor, base, commits, f"skeleton-{clients}"
        ),
        Row(
            group=PAYING,
            job="pay one invoice, from opening it to the page that says so",
            where=where,
            key=f"pay-{clients}",
            per_second=taken.per_second,
            p50_ms=taken.p50_ms,
            p99_ms=taken.p99_ms,
            cpu_ms=ours,
            others=taken.used.others,
            commits=commits,
            floor=f"{base:.0f} ms skeleton",
            ratio=ours / base,
            goal="at most 1.6 x the skeleton's CPU" + (", at least 40/s" if least else ""),
            is_met=ours <= 1.6 * base and taken.per_second >= least,
            peers=PEERS,
            note=f"{each:.1f} requests each; the gateway's own process {taken.cpu_ms('gateway'):.1f} ms more",
        ),
    ]


def _row(job: str, where: str, taken: Load, cpu: float, commits: float, key: str) -> Row:
    return Row(
        group=PAYING,
        job=job,
        where=where,
        key=key,
        per_second=taken.per_second,
        p50_ms=taken.p50_ms,
        p99_ms=taken.p99_ms,
        cpu_ms=cpu,
        others=taken.used.others,
        commits=commits,
        note=f"{taken.requests / taken.count:.1f} requests each",
    )
