"""Every kind of message through a real mail server into the development mailbox."""

from __future__ import annotations

import json
import re
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from pytest_django import Settings

from counterfoil.core import db
from counterfoil.core.actor import WORKER
from counterfoil.flows.notices import deliver
from counterfoil.notices import choices, operations as notice_operations, registry
from counterfoil.notices.models import Delivery, Notice
from counterfoil.payers.queries import PayerRow
from counterfoil_mailbox import server
from tests.factories.people import NOW, Community
from tests.notices.test_rendering import DATA

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Mailbox:
    web: httpx.Client

    def only(self) -> dict[str, Any]:
        [message] = self.web.get("/messages.json").json()["messages"]
        return dict(message)

    def raw(self, message: dict[str, Any]) -> str:
        return self.web.get(f"/messages/{message['id']}.eml").text


@pytest.fixture
def mailbox(tmp_path: Path, settings: Settings) -> Iterator[Mailbox]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        smtp_port = int(probe.getsockname()[1])
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", smtp_port
    settings.COUNTERFOIL_BASE_URL = "https://pay.example.test"
    with server.running(folder=tmp_path / "mail", host="127.0.0.1", http_port=0, smtp_port=smtp_port) as web:
        thread = threading.Thread(target=web.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        with httpx.Client(base_url=f"http://127.0.0.1:{web.server_port}") as client:
            yield Mailbox(client)
        web.shutdown()
        thread.join()


@pytest.fixture
def home() -> tuple[Community, PayerRow]:
    community = Community()
    return community, community.add_payer("Susan Whitfield", email="susan@example.test")


@pytest.mark.parametrize("key", sorted(registry.KINDS))
def test_it_arrives_and_can_be_checked_and_leaves_no_secret(
    key: str, home: tuple[Community, PayerRow], mailbox: Mailbox
) -> None:
    community, payer = home
    with db.transaction():
        public_id = notice_operations.queue(
            now=NOW, biller_id=community.id, key=key, to_email="susan@example.test", payer_id=payer.id,
            locale="en", zone="America/Chicago", data=DATA[key], subject_ref=f"x_{key}"[:40],
        )  # fmt: skip
    delivery = Delivery.objects.get(notice__public_id=public_id)
    assert deliver.run(actor=WORKER, now=NOW, delivery_id=delivery.pk)

    notice = Notice.objects.get(public_id=public_id)
    message = mailbox.only()
    words = json.dumps(message)
    assert notice.code in words
    assert "https://pay.example.test/messages/check/" in words
    assert "\\u2014" not in message["subject"]
    for token in registry.get(key).secrets:
        assert str(DATA[key][token]) not in json.dumps(notice.data)
    stops = [s.key for s in choices.SWITCHES if s.by_one_click]
    assert ("/messages/stop/" in words) is (registry.get(key).switch in stops)
    assert re.search(r"\b4242424242424242\b|\b000123456789\b", json.dumps(notice.data)) is None
