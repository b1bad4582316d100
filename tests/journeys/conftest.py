"""Journeys run in a real browser; without one they fail and say what to install."""

from __future__ import annotations

import functools
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from django.conf import LazySettings
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from counterfoil.core import http
from counterfoil_stand import browser
from tests.journeys.axe import found_on
from tests.journeys.household import ADMIN_KEY, Household

# How long a page may take to show what is expected of it: on a busy machine, much longer than people would wait.
expect.set_options(timeout=20_000)
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
    return functools.partial(found_on, page)


@pytest.fixture(scope="session")
def sandbox_process(process_database_url: str) -> Iterator[str]:
    """Run the sandbox gateway as the process it is; give its address."""
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    address = f"http://localhost:{port}"
    own = {
        "SANDBOX_DATABASE_URL": process_database_url,
        "SANDBOX_PORT": str(port),
        "SANDBOX_BASE_URL": address,
        "SANDBOX_ADMIN_KEY": ADMIN_KEY,
    }
    process = subprocess.Popen([sys.executable, "-m", "counterfoil_sandbox"], env={**os.environ, **own})
    try:
        _wait(address, process)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait(address: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(100):
        try:
            if httpx.get(f"{address}/healthz").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
        if process.poll() is not None:
            break
    pytest.fail("the sandbox's process did not start", pytrace=False)


@pytest.fixture
def household(live_server: LiveServer, sandbox_process: str, settings: LazySettings) -> Household:
    """Give a family that pays a biller, on a real server and a real sandbox."""
    settings.COUNTERFOIL_BASE_URL = live_server.url
    settings.COUNTERFOIL_WEB_THREADS = 8
    http.forget()
    return Household(live_server.url, sandbox_process)
