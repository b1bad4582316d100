from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from counterfoil.config import addresses


def test_an_address_becomes_a_database_with_the_time_limits_of_its_process() -> None:
    web = addresses.database("postgresql://app:p%40ss@db.example.test:5433/cf?sslmode=require", process="web")

    assert (web["HOST"], web["PORT"], web["NAME"], web["USER"]) == ("db.example.test", "5433", "cf", "app")
    assert web["PASSWORD"] == "p@ss"
    assert web["OPTIONS"]["sslmode"] == "require"
    assert "-c lock_timeout=3s" in web["OPTIONS"]["options"]
    assert "-c statement_timeout=10s" in web["OPTIONS"]["options"]
    worker = addresses.database("postgresql://app@h/cf", process="worker")
    assert "-c idle_in_transaction_session_timeout=60s" in worker["OPTIONS"]["options"]


def test_a_socket_can_be_named_as_the_host() -> None:
    read = addresses.database("postgresql://app@/cf?host=/run/pg&port=5499", process="cli")

    assert (read["HOST"], read["PORT"]) == ("/run/pg", "5499")
    assert "host" not in read["OPTIONS"]


def test_other_databases_are_refused() -> None:
    with pytest.raises(ImproperlyConfigured, match="MIGRATE_DATABASE_URL"):
        addresses.database("sqlite:///x", process="cli", name="MIGRATE_DATABASE_URL")


@pytest.mark.parametrize(
    ("url", "port", "starttls", "tls"),
    [
        ("smtp://h", 25, False, False),
        ("smtp+tls://u:p@h", 587, True, False),
        ("smtps://h:2465", 2465, False, True),
    ],
)
def test_a_mail_address_says_how_to_speak(url: str, port: int, starttls: bool, tls: bool) -> None:
    read = addresses.mail(url)

    assert (read.port, read.starttls, read.tls) == (port, starttls, tls)


def test_other_mail_is_refused() -> None:
    with pytest.raises(ImproperlyConfigured):
        addresses.mail("imap://h")
