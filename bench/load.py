"""Load over HTTP: some clients side by side, each with a connection of its own, as browsers have."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlencode, urljoin, urlsplit

from bench import meters

SESSION, CSRF = "cf_session", "cf_csrf"


class Unexpected(Exception):
    """A page that is not what it should be: nothing measured by it would mean anything."""


@dataclass
class Page:
    """An answer."""

    status: int
    url: str
    location: str
    body: str


@dataclass
class Browser:
    """One connection that is kept, with the cookies of one session. Not for two threads at once."""

    port: int
    session: str
    requests: int = 0
    cookies: dict[str, str] = field(default_factory=dict)
    _connection: http.client.HTTPConnection | None = None

    def get(self, url: str) -> Page:
        """Get one page."""
        return self._ask("GET", url, None)

    def post(self, url: str, values: Iterable[tuple[str, str]], *, come_from: str) -> Page:
        """Post a form and follow where it leads."""
        page = self._ask("POST", url, urlencode(list(values)), come_from=come_from)
        while page.status in {301, 302, 303}:
            page = self._ask("GET", urljoin(page.url, page.location), None)
        return page

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()

    def _ask(self, method: str, url: str, body: str | None, *, come_from: str = "") -> Page:
        parts = urlsplit(url)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        self.requests += 1
        for attempt in (1, 2):
            connection = self._connection or http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
            self._connection = connection
            try:
                connection.request(method, target, body, self._headers(body, come_from))
                answer = connection.getresponse()
                text = answer.read().decode()
                break
            except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
                # A worker that has served its share ends; a browser connects again. Never twice, never a form's.
                self._connection = None
                if attempt == 2 or method == "POST":
                    raise
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return Page(answer.status, target, answer.headers.get("Location", ""), text)

    def _headers(self, body: str | None, come_from: str) -> dict[str, str]:
        jar = {SESSION: self.session, **self.cookies}
        headers = {
            "Host": f"localhost:{self.port}",
            "Cookie": "; ".join(f"{k}={v}" for k, v in jar.items()),
        }
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            headers["Origin"] = f"http://localhost:{self.port}"
            headers["Referer"] = f"http://localhost:{self.port}{come_from}"
        return headers


@dataclass(frozen=True, slots=True)
class Load:
    """What a load did: how many, how fast, and at what cost."""

    count: int
    requests: int
    used: meters.Used
    seconds: list[float]

    @property
    def per_second(self) -> float:
        """How many a second."""
        return self.count / self.used.wall

    @property
    def p50_ms(self) -> float:
        """Half were not slower."""
        return meters.quantile(self.seconds, 0.5) * 1_000

    @property
    def p99_ms(self) -> float:
        """All but one in a hundred were not slower."""
        return meters.quantile(self.seconds, 0.99) * 1_000

    def cpu_ms(self, *trees: str) -> float:
        """Return milliseconds of CPU that these trees spent on each."""
        return sum(self.used.trees[name] for name in trees) * 1_000 / max(1, self.count)


Visit = Callable[[int], int | None]
"""One client's next step, given the client's number; how many requests that were, or None when nothing is left."""


def drive(
    visit: Visit, *, clients: int, roots: Mapping[str, int], seconds: float = 600.0, warm_up: float = 0.0
) -> Load:
    """Let `clients` visit side by side for some seconds, or until nothing is left.

    :raises Unexpected: a page was not what it should be; the first such refusal.
    """
    if warm_up:
        _run(visit, clients, warm_up)
    before = meters.read(roots)
    steps = _run(visit, clients, seconds)
    used = meters.between(before, meters.read(roots))
    return Load(len(steps), sum(count for _, count in steps), used, [took for took, _ in steps])


def _run(visit: Visit, clients: int, seconds: float) -> list[tuple[float, int]]:
    deadline = time.perf_counter() + seconds
    done: list[tuple[float, int]] = []
    failures: list[Exception] = []

    def work(number: int) -> None:
        try:
            while not failures and (began := time.perf_counter()) < deadline:
                requests = visit(number)
                if requests is None:
                    return
                done.append((time.perf_counter() - began, requests))
        except Exception as error:  # noqa: BLE001 - raised again by the one who started us
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return done


@dataclass
class Form:
    """A form as it would be sent when nothing is changed."""

    action: str
    method: str
    values: list[tuple[str, str]] = field(default_factory=list)
    buttons: list[tuple[str, str]] = field(default_factory=list)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[Form] = []
        self.is_open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append(Form(given.get("action", ""), given.get("method", "get").lower()))
            self.is_open = True
        elif self.is_open and tag == "button" and given.get("type", "submit") == "submit":
            self.found[-1].buttons.append((given.get("name", ""), given.get("value", "")))
        elif self.is_open and tag == "input" and given.get("name") and "disabled" not in given:
            ticked = given.get("type") not in {"radio", "checkbox"} or "checked" in given
            if ticked and given.get("type") != "submit":
                self.found[-1].values.append((given["name"], given.get("value", "on")))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.is_open = False


def forms(page: Page) -> list[Form]:
    """Return the forms of a page."""
    parser = _Forms()
    parser.feed(page.body)
    return parser.found
