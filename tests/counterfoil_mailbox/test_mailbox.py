from __future__ import annotations

import smtplib
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

import httpx
import pytest

from counterfoil_mailbox import server


@dataclass(frozen=True)
class Running:
    http: httpx.Client
    smtp_port: int

    def send(self, message: EmailMessage, *, to: list[str] | None = None) -> None:
        with smtplib.SMTP("127.0.0.1", self.smtp_port) as smtp:
            smtp.send_message(message, to_addrs=to)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def mailbox(tmp_path: Path) -> Iterator[Running]:
    smtp_port = free_port()
    with server.running(folder=tmp_path / "mail", host="127.0.0.1", http_port=0, smtp_port=smtp_port) as web:
        thread = threading.Thread(target=web.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        with httpx.Client(base_url=f"http://127.0.0.1:{web.server_port}") as http:
            yield Running(http=http, smtp_port=smtp_port)
        web.shutdown()
        thread.join()


def receipt() -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = "Maple Court <billing@maple.example>"
    mail["To"] = "robin@example.org"
    mail["Subject"] = "Receipt for $120.00 – thank you"
    mail.set_content("Thank you.\nSee http://localhost:8000/receipts/rcp_1, any time.\n")
    mail.add_alternative(
        '<p style="color:#333">Thank you. <a href="http://localhost:8000/">See</a></p>', subtype="html"
    )
    mail.add_attachment(b"%PDF-1.7 ...", maintype="application", subtype="pdf", filename="Receipt Ü.pdf")
    return mail


def only_message(mailbox: Running) -> dict[str, object]:
    messages = mailbox.http.get("/messages.json").json()["messages"]
    assert len(messages) == 1
    return dict(messages[0])


def test_mail_is_caught_with_text_html_links_and_attachment(mailbox: Running) -> None:
    mailbox.send(receipt())

    caught = only_message(mailbox)

    assert caught["kind"] == "mail"
    assert caught["to"] == ["robin@example.org"]
    assert caught["from"] == "Maple Court <billing@maple.example>"
    assert caught["subject"] == "Receipt for $120.00 – thank you"
    assert caught["links"] == ["http://localhost:8000/receipts/rcp_1"]
    assert caught["attachments"] == [{"name": "Receipt Ü.pdf", "type": "application/pdf", "size": 12}]
    assert mailbox.http.get(f"/messages/{caught['id']}.json").json() == caught


def test_the_envelope_decides_who_gets_it_so_a_blind_copy_is_seen(mailbox: Running) -> None:
    mailbox.send(receipt(), to=["hidden@example.org"])

    assert only_message(mailbox)["to"] == ["hidden@example.org"]
    assert len(mailbox.http.get("/messages.json?to=HIDDEN@").json()["messages"]) == 1
    assert mailbox.http.get("/messages.json?to=robin").json()["messages"] == []


def test_pages_show_the_message_and_run_nothing_of_it(mailbox: Running) -> None:
    mail = receipt()
    mail.replace_header("Subject", "<script>alert(1)</script>")
    mailbox.send(mail)
    message_id = only_message(mailbox)["id"]

    listing, page = mailbox.http.get("/"), mailbox.http.get(f"/messages/{message_id}")
    body = mailbox.http.get(f"/messages/{message_id}/html")

    for shown in (listing, page):
        assert shown.status_code == 200
        assert "<script>" not in shown.text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown.text
        assert shown.headers["content-security-policy"].startswith("default-src 'none'; style-src 'self';")
    assert '<a href="http://localhost:8000/receipts/rcp_1"' in page.text
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in page.text
    assert "sandbox allow-popups" in body.headers["content-security-policy"]
    assert "script-src" not in body.headers["content-security-policy"]
    assert 'style="color:#333"' in body.text


def test_attachment_and_source_can_be_had(mailbox: Running) -> None:
    mailbox.send(receipt())
    message_id = only_message(mailbox)["id"]

    file = mailbox.http.get(f"/messages/{message_id}/attachments/1")
    source = mailbox.http.get(f"/messages/{message_id}/source")

    assert file.content == b"%PDF-1.7 ..."
    assert file.headers["content-type"] == "application/pdf"
    assert file.headers["content-disposition"] == "attachment; filename*=UTF-8''Receipt%20%C3%9C.pdf"
    assert source.headers["content-type"] == "text/plain; charset=utf-8"
    assert "Subject: Receipt" in source.text or "Subject: =?utf-8?" in source.text
    assert mailbox.http.get(f"/messages/{message_id}/attachments/2").status_code == 404


def test_text_messages_come_by_http(mailbox: Running) -> None:
    sent = mailbox.http.post(
        "/sms", json={"to": "+15555550100", "from": "Maple", "text": "Code 123 http://x.example/a."}
    )

    caught = only_message(mailbox)

    assert sent.status_code == 201
    assert caught["id"] == sent.json()["id"]
    assert (caught["kind"], caught["to"], caught["links"]) == (
        "sms",
        ["+15555550100"],
        ["http://x.example/a"],
    )
    assert "Code 123" in mailbox.http.get(f"/messages/{caught['id']}").text


@pytest.mark.parametrize("body", [b"", b"[]", b'{"to": "1"}', b"\xff"])
def test_a_broken_text_message_is_refused(mailbox: Running, body: bytes) -> None:
    assert mailbox.http.post("/sms", content=body).status_code == 400
    assert mailbox.http.get("/messages.json").json() == {"messages": []}


def test_messages_outlive_a_restart_and_go_on_demand(tmp_path: Path, mailbox: Running) -> None:
    mailbox.send(receipt())
    again = server.Store(tmp_path / "mail")
    assert [message.subject for message in again.all()] == ["Receipt for $120.00 – thank you"]

    assert mailbox.http.delete("/messages").status_code == 204
    assert mailbox.http.get("/messages.json").json() == {"messages": []}
    assert list((tmp_path / "mail").iterdir()) == []


def test_another_site_cannot_change_anything(mailbox: Running) -> None:
    mailbox.send(receipt())

    refused = mailbox.http.post("/delete", headers={"Origin": "http://evil.example"})
    own = {"Origin": str(mailbox.http.base_url).rstrip("/")}

    assert refused.status_code == 403
    assert len(mailbox.http.get("/messages.json").json()["messages"]) == 1
    assert mailbox.http.post("/delete", headers=own).status_code == 303
    assert mailbox.http.get("/messages.json").json() == {"messages": []}


@pytest.mark.parametrize(
    "path", ["/messages/../../etc/passwd", "/messages/nothing", "/messages/1-a.json", "/x"]
)
def test_unknown_addresses_are_not_found(mailbox: Running, path: str) -> None:
    assert mailbox.http.get(path).status_code == 404
