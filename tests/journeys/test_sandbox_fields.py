"""The gateway's fields inside a page of another origin, with the page's own script; and the books page."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.template.loader import render_to_string
from playwright.sync_api import Page, expect

from counterfoil.gateways import base, registry
from counterfoil.gateways.sandbox import gateway as sandbox_gateway
from counterfoil_sandbox import app, clock
from tests.factories import sandbox as sandboxes

SCRIPT = Path(sandbox_gateway.__file__).parent / "static/gateways/sandbox/fields.js"


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Quiet(WSGIRequestHandler):
    def log_message(self, *args: object) -> None:
        """Say nothing."""


def serve(application: Any) -> tuple[WSGIServer, str]:
    server = make_server("localhost", 0, application, server_class=Server, handler_class=Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, f"http://localhost:{server.server_port}"


class Host:
    """The merchant's page: one form with the gateway's fields in it; it keeps what arrives."""

    def __init__(self) -> None:
        self.setup: base.ClientSetup | None = None
        self.bodies: list[str] = []

    def __call__(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        headers = [("Content-Type", "text/html; charset=utf-8")]
        if environ["PATH_INFO"].endswith(".js"):
            headers = [("Content-Type", "text/javascript")]
            body = SCRIPT.read_text("utf-8")
        elif environ["REQUEST_METHOD"] == "POST":
            self.bodies.append(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])).decode())
            body = "<title>Done</title><h1>Arrived</h1>"
        else:
            assert self.setup is not None
            frame, form = " ".join(self.setup.csp.frame), " ".join(self.setup.csp.form_action)
            policy = f"default-src 'none'; script-src 'self'; frame-src {frame}; form-action 'self' {form}"
            headers.append(("Content-Security-Policy", policy))
            fields = render_to_string(self.setup.template, {"setup": self.setup})
            body = (
                '<!doctype html><html lang="en"><title>Add Payment Method</title><h1>Add</h1><form method="post">'
                f'<input name="nickname" aria-label="Nickname" value="Mine">{fields}'
                '<button name="go" value="add">Add Payment Method</button></form></html>'
            )
        start_response("200 OK", headers)
        return [body.encode()]


@pytest.fixture
def host(sandbox_database_url: str) -> Iterator[tuple[str, Host, sandboxes.Practice, str]]:
    opened = sandboxes.prepared_store(sandbox_database_url, size=8)
    built = app.build(opened, clock.Clock(), admin_key=sandboxes.ADMIN_KEY)
    page = Host()
    page_server, page_url = serve(page)
    server, url = serve(built)
    practice = sandboxes.Practice(built, sandboxes.Time(), origin=page_url)
    built.sandbox.base_url = url
    yield page_url, page, practice, url
    for running in (page_server, server):
        running.shutdown()
        running.server_close()
    opened.close()


def setup_for(practice: sandboxes.Practice, url: str, page_url: str, kind: base.Kind) -> base.ClientSetup:
    opened = registry.open_gateway(key="sandbox", config={**practice.config(), "base_url": url})
    return base.saves_methods(opened).client_setup(kind, "nonce-1", "en", f"{page_url}/")


def test_card_goes_from_the_browser_to_the_gateway(
    page: Page, host: tuple[str, Host, sandboxes.Practice, str], axe: Callable[[], list[str]]
) -> None:
    page_url, merchant, practice, url = host
    merchant.setup = setup_for(practice, url, page_url, "card")
    page.goto(page_url)
    frame = page.frame_locator("iframe")
    frame.get_by_label("Card Number").fill("4242424242424241")
    frame.get_by_label("Expiration Date").fill("12/40")
    frame.get_by_label("Security Code").fill("123")
    frame.get_by_label("ZIP Code").fill("60601")
    page.get_by_role("button", name="Add Payment Method").click()
    expect(frame.get_by_text("has a wrong digit")).to_be_visible()
    expect(frame.get_by_label("Card Number")).to_be_focused()
    expect(frame.get_by_label("Security Code")).to_have_value("123")
    assert merchant.bodies == []
    frame.get_by_label("Card Number").fill("4242 4242 4242 4242")
    frame.get_by_label("ZIP Code").press("Enter")
    expect(page.get_by_role("heading", name="Arrived")).to_be_visible()
    [body] = merchant.bodies
    assert "nickname=Mine&token=tok_" in body
    assert "4242" not in body


def test_bank_fields_fit_and_tell_the_bank(
    page: Page, host: tuple[str, Host, sandboxes.Practice, str]
) -> None:
    page_url, merchant, practice, url = host
    merchant.setup = setup_for(practice, url, page_url, "bank")
    page.set_viewport_size({"width": 390, "height": 900})
    page.goto(page_url)
    frame = page.frame_locator("iframe")
    frame.get_by_label("Routing Number").fill("110000000")
    expect(frame.get_by_text("Sandbox Bank")).to_be_visible()
    frame.get_by_label("Name on the Account").fill("Ann Resident")
    frame.get_by_label("Account Number", exact=True).fill("000123456789")
    frame.get_by_label("Confirm Account Number").fill("000123456789")
    frame.get_by_label("This account is mine, or I may use it").check()
    inner = page.frames[1]
    fits = "document.documentElement.scrollHeight <= window.innerHeight && document.body.scrollWidth <= innerWidth"
    inner.wait_for_function(fits)
    page.get_by_role("button", name="Add Payment Method").click()
    expect(page.get_by_role("heading", name="Arrived")).to_be_visible()
    assert "go=add" in merchant.bodies[0]


def test_a_stranger_may_not_frame_the_fields(
    page: Page, host: tuple[str, Host, sandboxes.Practice, str]
) -> None:
    page_url, merchant, practice, url = host
    stranger = sandboxes.Practice(practice.app, practice.time)
    merchant.setup = setup_for(stranger, url, page_url, "card")
    page.goto(page_url)
    expect(page.frame_locator("iframe").get_by_label("Card Number")).to_have_count(0)
    expect(page.get_by_role("button", name="Continue to the secure page")).to_be_visible(timeout=15_000)


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1280, "light")])
def test_axe_finds_nothing(
    page: Page,
    host: tuple[str, Host, sandboxes.Practice, str],
    axe: Callable[[], list[str]],
    width: int,
    scheme: Any,
) -> None:
    page_url, _, practice, url = host
    charge = practice.charge("k", practice.card("4000002500003155"), return_url=page_url).json()
    practice.charge("k2", practice.bank())
    by_amounts = practice.bank("000555555551")
    practice.http.post(f"/v1/tokens/{by_amounts}/small-amounts", headers=practice.auth)
    asked, agreed = practice.agreement(), practice.agreement()
    practice.visit(agreed["url"], "approve")
    practice.arm("event_late")
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    query = f"merchant={practice.public_key}&return_url={page_url}/&state=1"
    for address in (
        f"/?merchant={practice.id}",
        f"/fields/card?{query}",
        f"/fields/bank?{query}&locale=es",
        f"/page/card?{query}",
        f"/page/bank?{query}",
        f"/wallet/agreements/{asked['id']}",
        f"/wallet/agreements/{agreed['id']}?locale=es",
        "/wallet",
        f"/challenge/{charge['id']}",
    ):
        page.goto(f"{url}{address}")
        assert axe() == [], address
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), address
    page.goto(f"{url}/page/card?{query}")
    page.get_by_role("button", name="Save and Continue").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert axe() == []
