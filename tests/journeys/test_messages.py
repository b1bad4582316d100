"""Somebody doubts a message and checks its code; somebody wants no more reminders and says so without logging in."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect
from pytest_django import Settings

from counterfoil.core import clock
from counterfoil.core.actor import WORKER
from counterfoil.flows.notices import deliver, remind
from counterfoil.notices.models import Delivery
from counterfoil_mailbox import server
from tests.journeys.household import Household

pytestmark = pytest.mark.django_db(transaction=True)


@dataclass(frozen=True)
class Mailbox:
    address: str

    def texts(self) -> list[str]:
        """Return the words of every message, the newest first."""
        return [message["text"] for message in httpx.get(f"{self.address}/messages.json").json()["messages"]]


@pytest.fixture
def mailbox(tmp_path: Path, settings: Settings) -> Iterator[Mailbox]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        smtp_port = int(probe.getsockname()[1])
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", smtp_port
    with server.running(folder=tmp_path, host="127.0.0.1", http_port=0, smtp_port=smtp_port) as web:
        thread = threading.Thread(target=web.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield Mailbox(f"http://localhost:{web.server_port}")
        web.shutdown()
        thread.join()


@pytest.fixture
def reminder(household: Household, mailbox: Mailbox) -> str:
    """Let a bill come near its due date and the worker remind Ruth; return the words of the mail she got."""
    household.invoice("1001", due_in=10)
    morning = clock.now().replace(hour=17, minute=7) + timedelta(days=8)
    assert remind.run(actor=WORKER, now=morning, biller_id=household.community.id) == 1
    due = Delivery.objects.get(notice__key="invoice_due_soon", biller_id=household.community.id)
    assert deliver.run(actor=WORKER, now=morning, delivery_id=due.pk)
    [text] = mailbox.texts()
    return text


def link(text: str, path: str) -> str:
    found = re.search(rf"http\S+{path}\S*", text)
    assert found
    return found[0]


def test_she_doubts_a_message_and_types_its_code(
    page: Page, axe: Callable[[], list[str]], household: Household, reminder: str
) -> None:
    code = re.search(r"Message code: (\S+)", reminder)
    assert code
    page.set_viewport_size({"width": 320, "height": 700})
    page.goto(household.portal)
    page.get_by_role("link", name="Is this message really from us?").first.click()
    assert axe() == []
    page.get_by_label("Message code").fill("ABCD-1234")
    page.keyboard.press("Enter")
    expect(page.get_by_text("No. We sent no message with this code")).to_be_visible()
    assert axe() == []

    page.get_by_label("Message code").fill(code[1].lower())
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"Yes. {household.community.name} sent a message with this code")).to_be_visible()
    expect(page.get_by_text("an address beginning with r***")).to_be_visible()
    assert axe() == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_she_wants_no_more_reminders_and_says_so_without_logging_in(
    page: Page, axe: Callable[[], list[str]], household: Household, reminder: str
) -> None:
    page.goto(link(reminder, "/messages/stop/"))
    assert axe() == []
    page.get_by_role("button", name="Stop the Reminders").click()
    expect(page.get_by_text("Done. No more reminders come by email")).to_be_visible()
    assert axe() == []

    household.log_in(page)
    page.goto(f"{household.portal}/profile/")
    page.get_by_role("link", name="Messages by Email").click()
    expect(page.get_by_label("Reminders")).not_to_be_checked()
    expect(page.get_by_label("New invoices")).to_be_checked()
    assert axe() == []
    page.get_by_label("Reminders").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Your choice was saved.")).to_be_visible()
    expect(page.get_by_label("Reminders")).to_be_checked()

    page.get_by_role("link", name="See what was sent").click()
    assert axe() == []
    page.get_by_role("link", name=re.compile("A reminder from")).click()
    expect(page.get_by_role("heading", name=re.compile("A reminder from"))).to_be_visible()
    expect(page.get_by_text("As it was sent")).to_be_visible()
    assert axe() == []
