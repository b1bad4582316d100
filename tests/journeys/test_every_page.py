"""Every page of the portal, found by its own links: on the narrowest screen, in both languages, large, heard, and
weighed.

320 px is also what a screen of 1280 px shows at 400 % zoom (WCAG 1.4.10).
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from django.urls import resolve
from playwright.sync_api import Page

from tests.journeys import reader
from tests.journeys.axe import found_on
from tests.journeys.household import Household
from tests.journeys.weight import Scale

pytestmark = pytest.mark.django_db(transaction=True)

# What the walk must have found at least; pages that only a form leads to have journeys of their own.
MUST = {
    "portal-home", "portal-profile", "portal-help", "portal-sessions", "portal-messages",
    "portal-invoices", "portal-invoice", "portal-pay", "portal-methods", "portal-method-add",
    "portal-method-edit", "portal-payments", "portal-payment", "portal-schedules", "portal-documents",
    "portal-requests", "portal-sharing", "portal-genuine", "portal-notice-preferences",
}  # fmt: skip
LEAVES = ("logout", "session/")
FILES = (".pdf", ".csv")
# A page with all that it loads from us, compressed, without the font.
MOST_BYTES = 60_000
# Each of a kind twice: the first may be the odd one.
OF_A_KIND = 2
TARGETS = """() => [...document.querySelectorAll('button, select, summary, input, a.button, nav a')]
  .filter(each => !['hidden', 'radio', 'checkbox'].includes(each.type) && !each.closest('[aria-hidden=true]'))
  .filter(each => each.checkVisibility({opacityProperty: true, visibilityProperty: true}))
  .map(each => [each, each.getBoundingClientRect()])
  .filter(([each, box]) => box.width > 1 && (box.height < 43.5 || box.width < 43.5))
  .map(([each, box]) => `${each.outerHTML.slice(0, 90)} is ${Math.round(box.width)} x ${Math.round(box.height)}`)"""
WIDER = """() => [...document.querySelectorAll('body *')]
  .filter(each => each.getBoundingClientRect().right > window.innerWidth + 0.5)
  .map(each => each.outerHTML.slice(0, 100)).slice(-3)"""


@dataclass
class Walk:
    """Follows links from page to page and looks at each."""

    page: Page
    portal: str
    scale: Scale = field(default_factory=Scale)
    wrong: list[str] = field(default_factory=list)
    seen: dict[str, int] = field(default_factory=dict)

    def run(self) -> None:
        """Look at all there is, breadth first."""
        waiting, known = deque(["/"]), {"/"}
        while waiting:
            path = waiting.popleft()
            name = _name(path)
            if self.seen.get(name, 0) >= OF_A_KIND:
                continue
            self.seen[name] = self.seen.get(name, 0) + 1
            for found in self._look(path):
                if found not in known and _is_page(found):
                    known.add(found)
                    waiting.append(found)

    def _look(self, path: str) -> list[str]:
        answer = self.page.goto(f"{self.portal}{path}")
        assert answer is not None
        if not answer.ok:
            self.wrong.append(f"{path} answers {answer.status}")
            return []
        if urlsplit(self.page.url).netloc != urlsplit(self.portal).netloc:
            return []
        weight = self.scale.weigh(self.page)
        if weight >= MOST_BYTES:
            self.wrong.append(f"{path} weighs {weight} bytes without the font")
        self.wrong += [f"{path} {each}" for each in found_on(self.page)]
        if not self.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"):
            self.wrong.append(f"{path} is wider than the screen: {self.page.evaluate(WIDER)}")
        self.wrong += [f"{path} {small}" for small in self.page.evaluate(TARGETS)]
        self.wrong += [f"{path} {unheard}" for unheard in reader.wrong_with(self.page)]
        links: list[str] = self.page.evaluate(
            "[...document.querySelectorAll('a[href]')].map(a => a.getAttribute('href'))"
        )
        return [urlsplit(link).path + _query(link) for link in links if link.startswith("/")]


def _query(link: str) -> str:
    query = urlsplit(link).query
    return f"?{query}" if query else ""


def _is_page(path: str) -> bool:
    plain = urlsplit(path).path
    return not plain.endswith(FILES) and not any(part in plain for part in LEAVES) and "/static/" not in plain


def _name(path: str) -> str:
    return resolve(urlsplit(path).path).url_name or path


@pytest.mark.parametrize(("locale", "large"), [("en", False), ("es", True)])
def test_every_page(page: Page, household: Household, locale: str, *, large: bool) -> None:
    household.invoice("INV-1002", ("Monthly rent", 328_500), ("Care level 2", 64_000), due_in=-12)
    household.invoice("INV-1003", ("Monthly rent", 328_500), ("Care level 2", 64_000), ("Salon", 7_800))
    household.log_in(page)
    household.add_card(page)
    household.pay_invoice(page)
    page.get_by_role("button", name="Submit Payment").click()
    page.get_by_role("link", name="Download Receipt").wait_for()
    household.invoice("INV-1004", ("Monthly rent", 328_500), due_in=20)
    page.set_viewport_size({"width": 320, "height": 640})
    if large:
        page.context.add_cookies([{"name": "cf_print", "value": "large", "url": household.portal}])
    if locale == "es":
        page.goto(household.portal)
        page.get_by_role("button", name="Español").first.click()
        page.wait_for_load_state()

    walk = Walk(page, household.portal)
    walk.run()

    assert not walk.wrong, "\n".join(walk.wrong)
    assert sorted(MUST - set(walk.seen)) == []
