"""Pages a payer reads, over HTTP, at each size of the books; beside them the plain Django list on the same rows."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bench import load, sites
from bench.data import Books
from bench.ground import Ground
from bench.load import Browser, Load, Unexpected, Visit
from bench.results import PAGES, Row

MOST = 1.3
DESK_MS = (15.0, 60.0)
LIST_PEERS = "Odoo 17: 26 ms, 75/s, p50 25 ms; Dolibarr 23: 24-31 ms, 54/s"
HEAVY_PEERS = "Odoo (80 of 3,000): 45 ms, 45/s; Dolibarr: 60 ms, 27/s"
INVOICE_PEERS = "Odoo: 26 ms, 74/s; Dolibarr: 8 ms, 232/s (without lines)"


@dataclass(frozen=True, slots=True)
class Plan:
    """How long, by how many clients."""

    seconds: float
    clients: Sequence[int] = (1, 8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One kind of page: session and address of each visit, what every answer must show, and what is aimed at.

    `limit_ms` is of CPU; `most_ms` is half and 99 in a hundred of the answers, by the clock, with one client.
    """

    key: str
    name: str
    visits: Sequence[tuple[str, str]]
    mark: str = 'scope="row"'
    least: int = 24
    queries: int | None = None
    goal: str = ""
    limit_ms: float | None = None
    peers: str = ""
    most_ms: tuple[float, float] | None = None


def measure(ground: Ground, books: Books, plan: Plan, *, commits: float) -> list[Row]:
    """Measure list and invoice page on books of one size."""
    sessions: dict[str, str] = ground.inside("sessions", books.database)
    heavy = str(books.heavy_payer) if books.heavy_payer else ""
    light = {payer: key for payer, key in sessions.items() if payer != heavy}
    plain = Job(
        key="plain",
        name="plain Django list of 24 (floor)",
        visits=[(key, "/invoices/") for key in light.values()],
        mark='class="invoice"',
    )
    with sites.plain(ground, books.database) as site:
        floors = [_under_load(ground, site, plain, plan, clients) for clients in plan.clients]
    rows = [
        _row(plain, books, clients, load, commits) for clients, load in zip(plan.clients, floors, strict=True)
    ]
    jobs = _jobs(ground, books, light, sessions.get(heavy))
    with sites.product(ground, books.database) as site:
        for job in jobs:
            for clients, floor in zip(plan.clients, floors, strict=True):
                row = _row(job, books, clients, _under_load(ground, site, job, plan, clients), commits)
                rows.append(_beside(row, floor) if job.key == "list" else row)
    return rows


def _jobs(ground: Ground, books: Books, light: Mapping[str, str], heavy: str | None) -> list[Job]:
    refs = ground.inside("refs", books.database, payer_ids=[int(payer) for payer in light])
    first = min(light, key=int)
    windows = ground.inside("pay_address", books.database, payer_ids=[int(payer) for payer in light])
    paths = {
        "list": (light[first], "/billing/invoices/"),
        "invoice": (light[first], f"/billing/invoices/{refs[first]}/"),
        "dashboard": (light[first], "/"),
        "pay": (light[first], windows[first]),
        **({"heavy": (heavy, "/billing/invoices/")} if heavy else {}),
    }
    queries: dict[str, int] = ground.inside("queries", books.database, pages=paths)
    jobs = [
        Job(
            key="list",
            name="list of 24 own invoices, signed in, full page",
            visits=[(key, "/billing/invoices/") for key in light.values()],
            queries=queries["list"],
            goal="at most 1.3 x the floor's CPU",
            peers=LIST_PEERS,
        ),
        Job(
            key="invoice",
            name="one invoice, with its lines and the way to pay",
            visits=[(key, f"/billing/invoices/{refs[payer]}/") for payer, key in light.items()],
            least=3,
            queries=queries["invoice"],
            goal="at most 5 ms CPU",
            limit_ms=5.0,
            peers=INVOICE_PEERS,
        ),
        Job(
            key="dashboard",
            name="dashboard, with what is outstanding",
            visits=[(key, "/") for key in light.values()],
            mark="</main>",
            least=1,
            queries=queries["dashboard"],
        ),
        Job(
            key="pay",
            name="Make a Payment, first step",
            visits=[(key, windows[payer]) for payer, key in light.items()],
            mark="My card",
            least=1,
            queries=queries["pay"],
        ),
    ]
    if heavy:
        jobs.append(
            Job(
                key="heavy",
                name="list of 24 of 3,000 own invoices",
                visits=[paths["heavy"]],
                queries=queries["heavy"],
                goal="at most 8 ms CPU",
                limit_ms=8.0,
                peers=HEAVY_PEERS,
            )
        )
    return jobs + _desk_jobs(ground, books)


def _desk_jobs(ground: Ground, books: Books) -> list[Job]:
    """What staff open all day. The session is opened last: opening those of payers ends all others."""
    told = ground.inside("desk", books.database)
    first = {name: (told["session"], told[name][0]) for name in ("search", "accounts", "invoices")}
    queries: dict[str, int] = ground.inside("queries", books.database, pages=first)
    names = {
        "search": "desk: search by anything",
        "accounts": "desk: list of accounts",
        "invoices": "desk: list of invoices",
    }
    return [
        Job(
            key=f"desk-{kind}",
            name=name,
            visits=[(told["session"], path) for path in told[kind]],
            least=1,
            queries=queries[kind],
            goal=f"p50 at most {DESK_MS[0]:.0f} ms, p99 at most {DESK_MS[1]:.0f} ms with one client",
            most_ms=DESK_MS,
        )
        for kind, name in names.items()
    ]


def _under_load(ground: Ground, site: sites.Site, job: Job, plan: Plan, clients: int) -> Load:
    roots = {"server": site.pid, "database": ground.database_pid}
    visit = _visit(site.port, job, clients)
    return load.drive(
        visit, clients=clients, roots=roots, seconds=plan.seconds, warm_up=min(1.0, plan.seconds / 2)
    )


def _visit(port: int, job: Job, clients: int) -> Visit:
    """Every client goes through all sessions, each beginning elsewhere; every answer is looked at."""
    browsers = [Browser(port, "") for _ in range(clients)]
    turns = [itertools.islice(itertools.cycle(job.visits), number, None) for number in range(clients)]

    def visit(number: int) -> int:
        browser = browsers[number]
        browser.session, path = next(turns[number])
        browser.cookies.clear()
        page = browser.get(path)
        if page.status != 200 or page.body.count(job.mark) < job.least:
            raise Unexpected(
                f"{path} answers {page.status} with {page.body.count(job.mark)} times {job.mark}"
            )
        return 1

    return visit


def _row(job: Job, books: Books, clients: int, taken: Load, commits: float) -> Row:
    cpu = taken.cpu_ms("server", "database")
    return Row(
        group=PAGES,
        job=job.name,
        where=f"{books.invoices:,} invoices, {clients} client{'s' if clients > 1 else ''}",
        key=f"{job.key}-{books.invoices}-{clients}",
        per_second=taken.per_second,
        p50_ms=taken.p50_ms,
        p99_ms=taken.p99_ms,
        cpu_ms=cpu,
        queries=job.queries,
        others=taken.used.others,
        commits=commits,
        goal=job.goal,
        is_met=_is_met(job, clients, taken, cpu),
        peers=job.peers,
    )


def _is_met(job: Job, clients: int, taken: Load, cpu: float) -> bool | None:
    if job.most_ms is not None and clients == 1:
        return taken.p50_ms <= job.most_ms[0] and taken.p99_ms <= job.most_ms[1]
    return None if job.limit_ms is None else cpu <= job.limit_ms


def _beside(row: Row, floor: Load) -> Row:
    """Put the plain list of the same rows beside ours."""
    base = floor.cpu_ms("server", "database")
    ratio = (row.cpu_ms or 0.0) / base
    return replace(row, floor=f"{base:.1f} ms plain Django", ratio=ratio, is_met=ratio <= MOST)
