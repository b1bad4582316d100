"""What axe finds on a page as it is now; the payer's pages are held to the contrast of 7:1 (AAA), others to 4.5:1."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

AXE = (Path(__file__).parents[1] / "vendor" / "axe.min.js").read_text(encoding="utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# The stricter rule finds all that the other one finds, so that each page is measured once.
RUN = """async (tags) => {
  const strict = document.documentElement.classList.contains("portal");
  const rules = {"color-contrast": {enabled: !strict}, "color-contrast-enhanced": {enabled: strict}};
  const result = await axe.run(document, {runOnly: tags, rules, resultTypes: ["violations"]});
  return result.violations.map(({id, help, nodes}) => ({id, help, at: nodes.map((node) => node.target).slice(0, 3)}));
}"""
CONTRAST = """async () => {
  const result = await axe.run(document, {runOnly: ["color-contrast-enhanced"], resultTypes: ["violations"]});
  return result.violations.flatMap(({nodes}) => nodes.map((node) => node.target));
}"""


def found_on(page: Page) -> list[str]:
    """Return what is wrong with the page, menus and windows that are open included; an empty list is a pass."""
    _load(page)
    found: list[dict[str, Any]] = page.evaluate(RUN, TAGS)
    return [f"{each['id']}: {each['help']} {each['at']}" for each in found]


def hard_to_read_on(page: Page) -> list[Any]:
    """Return where the contrast of a page, of whoever it is, is less than 7:1."""
    _load(page)
    found: list[Any] = page.evaluate(CONTRAST)
    return found


def _load(page: Page) -> None:
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
