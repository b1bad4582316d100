"""What a screen reader is told: names, headings, landmarks, errors, news and titles, held against rules on any page.

Roles and names are the browser's own, as it hands them to a screen reader (Playwright's aria snapshot).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from playwright.sync_api import Page

LINE = re.compile(r"""^\s*- '?(?P<role>[a-z]+)(?: (?P<name>"(?:[^"\\]|\\.)*"|/.*/))?(?P<rest>.*)""")
LEVEL = re.compile(r"\[level=(\d)\]")
# Without a name these say nothing but "button".
NAMED = {
    "button", "link", "textbox", "checkbox", "radio", "combobox", "spinbutton", "searchbox", "listbox", "switch",
    "dialog", "region", "navigation", "table", "form",
}  # fmt: skip
ONCE = ("banner", "main", "contentinfo")
# Everything that speaks of another element finds it; every error belongs to a field, and the field says so.
TIES = """() => {
  const wrong = [], all = (what) => [...document.querySelectorAll(what)], say = (at) => at.outerHTML.slice(0, 110);
  const scope = document.querySelector("dialog[open]") ?? document.body;
  const shown = (at) => at.checkVisibility({visibilityProperty: true});
  for (const name of ["aria-describedby", "aria-labelledby", "aria-controls", "aria-errormessage"])
    for (const at of all(`[${name}]`))
      for (const id of at.getAttribute(name).split(/\\s+/))
        if (!document.getElementById(id)) wrong.push(`${name} ${id} leads nowhere: ${say(at)}`);
  const ids = all("[id]").filter((at) => scope.contains(at)).map((at) => at.id);
  for (const id of new Set(ids.filter((id, at) => ids.indexOf(id) !== at))) wrong.push(`two are called ${id}`);
  const notes = (at) => (at.getAttribute("aria-describedby") ?? "").split(/\\s+/);
  const tied = (at) => notes(at).map((id) => document.getElementById(id));
  for (const at of all("[aria-invalid=true]"))
    if (!tied(at).some((note) => note?.matches(".error") && note.innerText.trim()))
      wrong.push(`wrong, and not told why: ${say(at)}`);
  for (const note of all(".error").filter(shown)) {
    const owners = all(`[aria-describedby~="${note.id}"]`);
    if (!note.id || !owners.length) wrong.push(`an error of no field: ${say(note)}`);
    else if (!owners.some((at) => at.getAttribute("aria-invalid") === "true"))
      wrong.push(`not marked as wrong: ${say(owners[0])}`);
  }
  for (const link of all("[data-ui-errors] a[href^='#']"))
    if (!document.querySelector(link.getAttribute("href"))) wrong.push(`an error leads nowhere: ${say(link)}`);
  const errors = scope.querySelector("[data-ui-errors]");
  if (errors && document.activeElement !== errors) wrong.push("the summary of errors has not got the focus");
  for (const at of all(".toast, [data-ui-toast]"))
    if (!at.closest("[role=status], [role=alert], [aria-live]")) wrong.push(`news that is not told: ${say(at)}`);
  for (const at of all("[hx-trigger*=every]"))
    if (!at.closest("[role=status], [aria-live]")) wrong.push(`it changes and is not told: ${say(at)}`);
  for (const at of all("iframe").filter(shown)) if (!at.title) wrong.push(`a frame without a title: ${say(at)}`);
  if (!document.documentElement.lang) wrong.push("no language");
  return wrong;
}"""


def faults(snapshot: str, *, is_page: bool = True) -> list[str]:
    """Return what is wrong with a snapshot: names, headings, and on a page of its own the landmarks."""
    said = list(_read(snapshot))
    return [*_unnamed(said), *_headings(said), *(_landmarks(said) if is_page else ())]


def wrong_with(page: Page) -> list[str]:
    """Return what a screen reader would not tell, or tell wrongly, of a page or of the window over it."""
    window = page.locator("dialog[open]")
    is_window = window.count() > 0
    snapshot = (window if is_window else page.locator("body")).aria_snapshot()
    return [*faults(snapshot, is_page=not is_window), *page.evaluate(TIES)]


@dataclass(frozen=True)
class Said:
    """One line of what is read: a role, a name, and for headings a level."""

    role: str
    name: str
    level: int


@dataclass
class Reader:
    """Somebody who hears a page and does not see it."""

    page: Page
    heard: dict[str, str] = field(default_factory=dict)

    def hear(self, step: str) -> None:
        """Hear the page, or the window over it, as it is now; `step` is where one thinks to be.

        Fails with everything that a screen reader would not tell, or would tell wrongly; and where the title of this
        step is that of another.
        """
        self.page.wait_for_load_state()
        wrong = wrong_with(self.page)
        wrong += [] if self.page.locator("dialog[open]").count() else self._title(step)
        assert not wrong, "\n".join([f"{step}, {self.page.url}:", *wrong])

    def _title(self, step: str) -> Iterator[str]:
        title = self.page.title()
        if not title.partition("·")[0].strip():
            yield "the page has no title"
        if self.heard.setdefault(title, step) != step:
            yield f"the title {title!r} is that of {self.heard[title]} too"


def _read(snapshot: str) -> Iterator[Said]:
    for line in snapshot.splitlines():
        found = LINE.match(line)
        if found:
            level = LEVEL.search(found["rest"])
            yield Said(found["role"], (found["name"] or "").strip('"').strip(), int(level[1]) if level else 0)


def _unnamed(said: list[Said]) -> Iterator[str]:
    for each, count in Counter(each.role for each in said if each.role in NAMED and not each.name).items():
        yield f"{count} without a name: {each}"


def _headings(said: list[Said]) -> Iterator[str]:
    levels = [each.level for each in said if each.role == "heading"]
    if levels.count(1) != 1:
        yield f"{levels.count(1)} headings of the first level"
    before = 0
    for each in said:
        if each.role == "heading":
            if each.level > before + 1:
                yield f"a level is skipped before the heading {each.name!r}: {levels}"
            before = each.level


def _landmarks(said: list[Said]) -> Iterator[str]:
    roles = Counter(each.role for each in said)
    yield from (f"{roles[role]} landmarks {role}" for role in ONCE if roles[role] != 1)
    named = Counter((each.role, each.name) for each in said if each.role in {"navigation", "region"})
    yield from (f"{count} called {role} {name!r}" for (role, name), count in named.items() if count > 1)
