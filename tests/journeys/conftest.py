"""Journeys run in a real browser; without one they fail and say what to install."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from counterfoil_stand import browser

AXE = (Path(__file__).parents[1] / "vendor" / "axe.min.js").read_text(encoding="utf-8")
AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
ARGS = (
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-gpu",
    "--disable-dev-shm-usage",
)


@pytest.fixture(scope="session", autouse=True)
def _django_beside_playwright() -> Iterator[None]:
    """Let Django's queries run in the thread where playwright keeps its event loop."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        yield


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Launch the browser that the set-up found; Chromium has no sandbox for root."""
    found = browser.find()
    if found is None:
        pytest.fail(browser.WHAT_TO_INSTALL, pytrace=False)
    args = [*ARGS, "--no-sandbox"] if os.geteuid() == 0 else [*ARGS]
    return {**browser_type_launch_args, "executable_path": str(found), "args": args}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """Stay in one language and zone, and without animations, so that runs are alike."""
    return {
        **browser_context_args,
        "locale": "en-US",
        "timezone_id": "America/Chicago",
        "reduced_motion": "reduce",
    }


@pytest.fixture
def axe(page: Page) -> Callable[[], list[str]]:
    """Give a function that lists what axe finds on the page as it is now; an empty list is a pass."""

    def run() -> list[str]:
        page.evaluate(AXE)
        result = page.evaluate("rules => axe.run(document, {runOnly: rules})", AXE_RULES)
        return [
            f"{found['id']}: {found['help']} {[node['target'] for node in found['nodes']][:3]}"
            for found in result["violations"]
        ]

    return run
