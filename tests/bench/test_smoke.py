"""The benchmarks' own code runs: small books, a second of load. Nothing here is a limit of time."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import psycopg
import pytest

from bench import data, load, meters, picture, report
from bench.inside import biller, bulk, people, queries, refs, sessions, verify
from bench.results import BULK, PAGES, PAYING, Results, Row

FORM = '<form action="/next/"><input type="hidden" name="a" value="1"><input type="radio" name="b" value="2" checked>'
FORM += '<input type="radio" name="b" value="3"><input type="checkbox" name="c">'
FORM += '<button name="d" value="4">Go</button></form>'


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = FORM.encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


@pytest.fixture
def port() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_load_counts_what_it_did(port: int) -> None:
    browsers = [load.Browser(port, "s") for _ in range(2)]

    def visit(number: int) -> int:
        page = browsers[number].get("/")
        form = load.forms(page)[0]
        assert (form.action, form.values, form.buttons) == ("/next/", [("a", "1"), ("b", "2")], [("d", "4")])
        return 1

    taken = load.drive(visit, clients=2, roots={}, seconds=0.2)
    for browser in browsers:
        browser.close()

    assert taken.count == taken.requests > 0
    assert 0 < taken.p50_ms <= taken.p99_ms


def test_a_page_that_is_not_what_it_should_be_stops_the_load(port: int) -> None:
    def visit(number: int) -> int:
        raise load.Unexpected("no")

    with pytest.raises(load.Unexpected):
        load.drive(visit, clients=2, roots={}, seconds=0.2)


def test_between_two_readings_time_passes() -> None:
    before = meters.read({})
    used = meters.between(before, meters.read({}))

    assert used.wall > 0
    assert used.others >= 0


@pytest.mark.parametrize("size", data.SIZES)
def test_books_add_up(size: int) -> None:
    books = data.Books(size)

    assert books.ordinary * data.MONTHS + books.heavy + books.rest == size
    assert books.heavy % data.MONTHS == 0


@pytest.mark.django_db(transaction=True)
def test_generated_books_hold_and_are_shown(owner_conninfo: str) -> None:
    books = data.Books(100)
    data.fill(
        lambda: psycopg.connect(owner_conninfo, autocommit=True),
        books,
        biller_id=biller.run(key="bench-court"),
    )
    people.run(ordinary=books.ordinary, heavy=books.heavy_payer)

    assert verify.run() == []
    signed_in = sessions.run()
    assert len(signed_in) == books.ordinary
    ref = refs.run(payer_ids=[1])["1"]
    pages = {
        "list": (signed_in["1"], "/billing/invoices/"),
        "invoice": (signed_in["1"], f"/billing/invoices/{ref}/"),
    }
    assert all(0 < count < 40 for count in queries.run(pages=pages).values())
    assert bulk.run(rounds=1, batch=books.ordinary)["findings"] == []


def test_what_was_found_is_shown() -> None:
    row = Row(
        group=PAGES, job="list", where="1,000 invoices, 1 client", key="list-1000-1", cpu_ms=4.2, goal="5 ms"
    )
    results = Results(
        quick=True,
        machine=dict.fromkeys(("day", "machine", "python", "packages", "postgres", "web"), "told"),
        floors=[("one write", "1 ms")],
        generated=[(1_000, 3.0)],
        rows=[
            row,
            replace(row, group=PAYING, key="pay-4", per_second=50.0, is_met=True),
            replace(row, group=BULK, key="record", per_second=5_000.0, ratio=0.5, is_met=False),
        ],
        proofs=["All paid once."],
    )

    page = report.page(results)
    drawn = ET.fromstring(picture.draw(results))

    assert "| list | 1,000 invoices, 1 client |" in page
    assert "**no**" in page
    assert "NOT MET" in report.table(results)
    assert drawn.attrib["role"] == "img"
    assert "PostgreSQL alone, same rows (floor) 10,000 a second" in "".join(drawn.itertext())
