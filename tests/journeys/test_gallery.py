"""The look in a browser: every component, light and dark, narrow and wide, by keyboard, under the real policy.

The pages are rendered by the real views and handed to the browser without a server, so nothing but the look is tried.
"""

from __future__ import annotations

import mimetypes
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from allauth.core import ratelimit
from django.contrib.staticfiles import finders
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.test import RequestFactory
from django.views import csrf, defaults
from playwright.sync_api import Page, Route, expect

from counterfoil.ui import gallery
from counterfoil.ui.requests import Csp
from tests.journeys.axe import hard_to_read_on

HOST = "http://gallery.localhost"
VIEWS: dict[str, Callable[[HttpRequest], HttpResponse]] = {
    "/ui/": gallery.portal,
    "/ui/window/": gallery.window,
    "/ui/desk/": gallery.desk,
    "/ui/sign-in/": gallery.sign_in,
}


def busy(request: HttpRequest) -> HttpResponse:
    """Answer who met somebody in the middle of paying, as every view of the portal does."""
    values = {"brand": gallery.GalleryBrand(), "user": gallery.GalleryUser(), "sees_billing": True}
    return render(request, "portal/busy.html", values, status=409)


# The pages of what went wrong, as the handlers answer them.
WRONG: dict[str, Callable[[HttpRequest], HttpResponse]] = {
    "/403/": lambda request: defaults.permission_denied(request, PermissionDenied()),
    "/403/form/": csrf.csrf_failure,
    "/404/": lambda request: defaults.page_not_found(request, Http404()),
    "/409/": busy,
    "/429/": ratelimit.respond_429,
    "/500/": defaults.server_error,
}
SIZES = {"phone": (390, 844), "desktop": (1280, 900)}


def answer(route: Route) -> None:
    """Answer the browser as the web process would: static files as they are, pages with their policy."""
    address = urlsplit(route.request.url)
    if address.path.startswith("/static/"):
        found = finders.find(address.path.removeprefix("/static/"))
        assert isinstance(found, str), address.path
        kind = mimetypes.guess_type(found)[0] or "font/woff2"
        route.fulfill(body=Path(found).read_bytes(), content_type=kind)
        return
    factory = RequestFactory(SERVER_NAME="gallery.localhost")
    request = factory.generic(route.request.method, route.request.url.removeprefix(HOST))
    # Without the status of what went wrong, of which the browser would complain.
    html = (VIEWS | WRONG)[address.path](request).content
    headers = {"Content-Security-Policy": Csp().header(), "Content-Type": "text/html; charset=utf-8"}
    route.fulfill(body=html, headers=headers)


@pytest.fixture
def look(page: Page) -> Page:
    """A page that speaks to the views above; what the browser complains of fails the test."""
    page.route("**/*", answer)
    page.on("console", lambda message: pytest.fail(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: pytest.fail(str(error)))
    return page


@pytest.mark.parametrize("path", VIEWS)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(
    look: Page, axe: Callable[[], list[str]], path: str, size: str, scheme: Any
) -> None:
    width, height = SIZES[size]
    look.set_viewport_size({"width": width, "height": height})
    look.emulate_media(color_scheme=scheme)
    look.goto(HOST + path)
    assert axe() == []
    if path == "/ui/desk/" and size == "phone":  # on a phone the desk, too, is read in the sun
        assert hard_to_read_on(look) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_where_something_went_wrong(
    look: Page, axe: Callable[[], list[str]], scheme: Any
) -> None:
    look.set_viewport_size({"width": 320, "height": 640})
    look.emulate_media(color_scheme=scheme)
    for path in WRONG:
        look.goto(HOST + path)
        expect(look.get_by_role("heading", level=1)).to_be_visible()
        assert axe() == [], path
        assert look.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path


@pytest.mark.parametrize("path", VIEWS)
@pytest.mark.parametrize("large", [False, True])
def test_nothing_scrolls_sideways(look: Page, path: str, large: bool) -> None:
    look.goto(HOST + path)
    if large:
        look.evaluate("document.documentElement.classList.add('large')")
    too_wide = []
    for width in (320, 390, 640, 768, 1024):
        look.set_viewport_size({"width": width, "height": 640})
        if look.evaluate("document.documentElement.scrollWidth") > width:
            too_wide.append(width)
    assert too_wide == []


def test_targets_can_be_hit(look: Page) -> None:
    look.set_viewport_size({"width": 390, "height": 844})
    look.goto(HOST + "/ui/")
    small = look.evaluate(
        """() => [...document.querySelectorAll("button, .btn, .tabs a, summary, .choice, .check, .input")]
        .filter((part) => part.offsetParent && part.getBoundingClientRect().height < 43.5)
        .map((part) => part.outerHTML.slice(0, 90))"""
    )
    assert small == []


def test_menu_by_keyboard(look: Page) -> None:
    look.goto(HOST + "/ui/")
    summary = look.locator("summary", has_text="+Add Payment Method")
    summary.focus()
    look.keyboard.press("ArrowDown")
    expect(look.get_by_role("link", name="Add New Bank Account")).to_be_focused()
    look.keyboard.press("ArrowDown")
    expect(look.get_by_role("link", name="Add New Card")).to_be_focused()
    look.keyboard.press("Escape")
    expect(summary).to_be_focused()
    expect(look.get_by_role("link", name="Add New Card")).to_be_hidden()


def test_menu_closes_when_one_clicks_away(look: Page) -> None:
    look.goto(HOST + "/ui/")
    look.locator("summary", has_text="+Add Payment Method").click()
    expect(look.get_by_role("link", name="Add PayPal")).to_be_visible()
    look.get_by_role("heading", name="Statuses").click()
    expect(look.get_by_role("link", name="Add PayPal")).to_be_hidden()


def test_window_opens_over_the_page_when_there_is_room_and_gives_the_focus_back(look: Page) -> None:
    look.goto(HOST + "/ui/")
    look.get_by_role("link", name="Pay Outstanding").click()
    dialog = look.get_by_role("dialog", name="Make a Payment")
    expect(dialog.get_by_text("Step 1 of 3")).to_be_visible()
    assert look.url == HOST + "/ui/"
    with look.expect_response(HOST + "/ui/window/") as answered:
        dialog.get_by_role("button", name="Verify Payment").click()
    assert answered.value.request.method == "POST"  # although a field of the form is called "method"
    expect(dialog.get_by_text("Step 1 of 3")).to_be_visible()
    look.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(look.get_by_role("link", name="Pay Outstanding")).to_be_focused()


def test_window_closed_while_its_next_step_is_under_way_stays_closed(look: Page) -> None:
    look.goto(HOST + "/ui/")
    look.get_by_role("link", name="Pay Outstanding").click()
    dialog = look.get_by_role("dialog", name="Make a Payment")
    expect(dialog.get_by_text("Step 1 of 3")).to_be_visible()
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    look.route("**/ui/window/", hold)
    look.evaluate("document.addEventListener('ui:left', () => { window.left = true; })")
    with look.expect_request(HOST + "/ui/window/"):
        dialog.get_by_role("button", name="Verify Payment").click()
    look.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    answer(held[0])
    look.wait_for_function("window.left")
    expect(dialog).to_be_hidden()


def test_window_is_a_page_of_its_own_on_a_phone(look: Page) -> None:
    look.set_viewport_size({"width": 390, "height": 844})
    look.goto(HOST + "/ui/")
    look.get_by_role("link", name="Pay Outstanding").click()
    look.wait_for_url(HOST + "/ui/window/")
    expect(look.get_by_role("heading", level=1)).to_have_text("Make a Payment")


def test_error_summary_has_the_focus_and_leads_to_the_control(look: Page) -> None:
    look.goto(HOST + "/ui/")
    expect(look.locator("[data-ui-errors]")).to_be_focused()
    look.get_by_role("link", name="Enter an amount of $6,125.00 or less.").click()
    expect(look.get_by_label("Amount to pay")).to_be_focused()


def test_a_form_is_sent_once_and_works_again_after_back(look: Page) -> None:
    look.goto(HOST + "/ui/sign-in/")
    sent: list[str] = []

    def take(route: Route) -> None:
        sent.append(route.request.method)
        route.fulfill(status=204)  # an answer that leaves the page where it is

    look.route("**/slow/", take)
    look.evaluate("document.querySelector('main form').action = '/slow/'")
    button = look.get_by_role("button", name="Log In")
    with look.expect_response("**/slow/"):
        button.click()
    expect(button).to_have_attribute("aria-disabled", "true")
    button.click(force=True)
    assert sent == ["POST"]
    look.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    expect(button).not_to_have_attribute("aria-disabled", "true")


def test_a_script_may_hold_a_form_back_and_send_it_later(look: Page) -> None:
    look.goto(HOST + "/ui/sign-in/")
    sent: list[str] = []

    def take(route: Route) -> None:
        sent.append(route.request.method)
        route.fulfill(status=204)  # an answer that leaves the page where it is

    look.route("**/slow/", take)
    look.evaluate(
        """() => {
          const form = document.querySelector("main form");
          form.action = "/slow/";
          form.addEventListener("submit", (event) => {
            if (form.dataset.token) return;
            event.preventDefault();
            form.dataset.token = "tok";
            setTimeout(() => form.requestSubmit());
          });
        }"""
    )
    with look.expect_response("**/slow/"):
        look.get_by_role("button", name="Log In").click()
    assert sent == ["POST"]


def test_slash_goes_to_the_desk_search(look: Page) -> None:
    look.goto(HOST + "/ui/desk/")
    look.keyboard.press("/")
    expect(look.get_by_role("searchbox")).to_be_focused()


def test_password_can_be_shown(look: Page) -> None:
    look.goto(HOST + "/ui/sign-in/")
    field = look.get_by_label("Password")
    field.fill("a long phrase")
    look.get_by_role("button", name="Show").click()
    expect(field).to_have_attribute("type", "text")
    look.get_by_role("button", name="Hide").click()
    expect(field).to_have_attribute("type", "password")
