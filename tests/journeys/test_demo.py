"""The demo's data: loaded through flows, gateway and mailbox as they are; and found again at other ports."""

from __future__ import annotations

import io
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from django.conf import LazySettings
from django.core.management import call_command

from counterfoil.billers import queries as biller_queries
from counterfoil.cli.demo import load, people
from counterfoil.core.actor import WORKER
from counterfoil.flows.books import reconcile, verify
from counterfoil_mailbox import server
from tests.journeys.household import ADMIN_KEY


@pytest.fixture
def mailbox(tmp_path: Path, settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Run the development mailbox; mail goes there by SMTP."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        smtp_port = int(probe.getsockname()[1])
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", smtp_port
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_HOST_USER = ""
    with server.running(folder=tmp_path, host="127.0.0.1", http_port=0, smtp_port=smtp_port) as web:
        thread = threading.Thread(target=web.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        monkeypatch.setenv("MAILBOX_PORT", str(web.server_port))
        yield
        web.shutdown()
        thread.join()


@pytest.mark.usefixtures("mailbox")
@pytest.mark.django_db(transaction=True)
def test_the_demo_is_loaded_once_and_found_again_at_other_ports(
    sandbox_process: str, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SANDBOX_ADMIN_KEY", ADMIN_KEY)
    settings.COUNTERFOIL_INSTALLATION = "demo"
    settings.COUNTERFOIL_BASE_URL, settings.COUNTERFOIL_SANDBOX_URL = "http://localhost:1", sandbox_process
    call_command("demo")
    assert load.state() == "whole"
    said = io.StringIO()
    call_command("demo", "--print", stdout=said)
    assert all(person.email in said.getvalue() for person in people.PAYERS[:2])

    # The same gateway by another address, and the portal somewhere else.
    elsewhere = sandbox_process.replace("localhost", "127.0.0.1")
    settings.COUNTERFOIL_BASE_URL, settings.COUNTERFOIL_SANDBOX_URL = "http://localhost:2", elsewhere
    call_command("demo")
    biller = biller_queries.get_by_key(key=people.MAPLE_COURT.key)
    [connection] = biller_queries.list_active_connections(biller_id=biller.id)
    assert connection.config["base_url"] == elsewhere
    books = httpx.get(f"{elsewhere}/", params={"merchant": f"mer_{biller.key.replace('-', '_')}"}).text
    assert f"http://localhost:2/inbound/sandbox/{connection.public_id}/" in books
    assert not reconcile.run(actor=WORKER, biller_id=biller.id).differences
    assert not verify.run(biller_id=biller.id)
