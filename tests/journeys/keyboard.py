"""Somebody who has a keyboard and nothing else, and who must see at any moment where it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page

# What has the focus: its words, whether one sees that it has it, and whether something lies over it (WCAG 2.4.7
# and 2.4.11). A choice is marked on the card around it, an amount on the box with its currency.
LOOK = """() => {
  const at = document.activeElement;
  if (at === document.body) return {is_lost: true, words: ""};
  const marked = [at, at.closest(".choice"), at.closest(".money")].filter(Boolean).some((part) => {
    const style = getComputedStyle(part);
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  });
  const box = (at.labels?.[0] ?? at).getBoundingClientRect();
  const hit = document.elementFromPoint(box.x + Math.min(box.width / 2, 20), box.y + box.height / 2);
  const open = hit && (at.contains(hit) || at.labels?.[0]?.contains(hit) || hit.contains(at));
  const words = at.getAttribute("aria-label") || at.labels?.[0]?.innerText || at.innerText || "";
  return {is_lost: false, is_frame: at.tagName === "IFRAME", marked, open: Boolean(open), words: words.trim()};
}"""
MOST = 40


@dataclass(frozen=True)
class Keyboard:
    """Hands that press keys on a page that has loaded, and eyes that follow the focus."""

    page: Page

    def press(self, *keys: str) -> None:
        """Press keys, one after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, words: str) -> None:
        """Type over what the field holds."""
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.type(words)

    def tab_to(self, words: str) -> None:
        """Press Tab until the focus is on what begins with these words.

        Fails where the focus is lost, cannot be seen or is covered on the way, or never gets there.
        """
        self.page.wait_for_load_state()
        for _ in range(MOST):
            self.press("Tab")
            at = self.look()
            assert not at["is_lost"], f"the focus is lost on the way to {words}: {self.page.url}"
            assert at["marked"], f"one does not see the focus on {at['words']!r}: {self.page.url}"
            assert at["open"], f"something covers {at['words']!r}: {self.page.url}"
            if at["words"].startswith(words):
                return
        raise AssertionError(f"no Tab leads to {words}: {self.page.url}")

    def look(self) -> dict[str, Any]:
        """Return where the focus is."""
        found: dict[str, Any] = self.page.evaluate(LOOK)
        return found
