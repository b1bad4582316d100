"""The mailbox's pages: nothing for axe to find, links and files within reach."""

from __future__ import annotations

import smtplib
import socket
import threading
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from counterfoil_mailbox import server


@pytest.fixture
def mailbox_address(tmp_path: Path) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        smtp_port = int(probe.getsockname()[1])
    with server.running(folder=tmp_path, host="127.0.0.1", http_port=0, smtp_port=smtp_port) as web:
        thread = threading.Thread(target=web.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = (
            "billing@maple.example",
            "robin@example.org",
            "Your invitation",
        )
        mail.set_content("Welcome. http://localhost:8000/invitations/abc\n")
        mail.add_alternative("<h1>Welcome</h1><script>document.title = 'ran'</script>", subtype="html")
        mail.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="Receipt.pdf")
        with smtplib.SMTP("127.0.0.1", smtp_port) as smtp:
            smtp.send_message(mail)
        yield f"http://localhost:{web.server_port}"
        web.shutdown()
        thread.join()


@pytest.mark.parametrize("width", [390, 1280])
def test_mailbox_pages_pass_axe_and_lead_to_the_message(
    page: Page, axe: Callable[[], list[str]], mailbox_address: str, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(mailbox_address)
    assert axe() == []

    page.get_by_role("link", name="Your invitation").click()
    expect(page.get_by_role("heading", name="Your invitation")).to_be_visible()
    assert axe() == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    expect(page.frame_locator("iframe").get_by_role("heading", name="Welcome")).to_be_visible()
    expect(page.get_by_role("link", name="http://localhost:8000/invitations/abc")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Receipt.pdf").click()
    assert download.value.suggested_filename == "Receipt.pdf"

    page.get_by_role("link", name="All messages").click()
    page.get_by_role("button", name="Delete all messages").click()
    expect(page.get_by_text("No messages yet.")).to_be_visible()
    assert axe() == []
