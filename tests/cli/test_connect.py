"""`counterfoil connect` and `counterfoil connections` as an operator uses them."""

from __future__ import annotations

import io
import re

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from counterfoil.audit.models import AuditEvent
from counterfoil.billers import queries as biller_queries
from counterfoil.billers.queries import ConnectionRow
from tests.factories.people import Community

OPEN = ("--set", "base_url=http://localhost:8001", "--set", "public_key=pk_x")


@pytest.fixture
def home(db: None) -> Community:
    return Community()


@pytest.fixture
def _secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COUNTERFOIL_CONNECT_SECRET_KEY", "sk_canary")
    monkeypatch.setenv("COUNTERFOIL_CONNECT_WEBHOOK_SECRET", "whsec_canary")


def run(home: Community, command: str, *options: str) -> str:
    out = io.StringIO()
    call_command(command, home.key, *options, stdout=out)
    return out.getvalue()


def connect(home: Community, *options: str, kinds: str = "bank,card") -> str:
    return run(home, "connect", "--gateway", "sandbox", "--kinds", kinds, *OPEN, *options)


def only(home: Community) -> ConnectionRow:
    [found] = biller_queries.list_all_connections(biller_id=home.id)
    return found


@pytest.mark.usefixtures("_secrets")
def test_a_biller_is_connected_and_hears_where_events_go(home: Community) -> None:
    said = connect(home, "--name", "Practice money")
    made = only(home)
    assert made.config == {
        "base_url": "http://localhost:8001",
        "public_key": "pk_x",
        "secret_key": "sk_canary",
        "webhook_secret": "whsec_canary",
    }
    assert f"/inbound/sandbox/{made.public_id}/" in said
    assert f"Maple Court takes bank, card through Practice money ({made.public_id})." in said
    assert "canary" not in said
    assert biller_queries.get(biller_id=home.id).kinds == {"bank", "card"}


def test_secrets_come_line_by_line_where_no_person_types(
    home: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("sk_line\nwhsec_line\n"))
    connect(home)
    config = only(home).config
    assert (config["secret_key"], config["webhook_secret"]) == ("sk_line", "whsec_line")


@pytest.mark.usefixtures("_secrets")
@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--gateway", "paypal", "--kinds", "card"), "there is no gateway paypal"),
        (("--gateway", "sandbox", "--kinds", "card"), "Missing: --set base_url=... (Address of the gateway"),
        (("--gateway", "sandbox", "--kinds", "check", *OPEN), "does not take these kinds of payment"),
        (("--gateway", "sandbox", "--kinds", "card", *OPEN, "--set", "color=red"), "has no setting color"),
        (
            ("--gateway", "sandbox", "--kinds", "card", *OPEN, "--set", "secret_key=sk_shown"),
            "secret_key is a secret: it is asked for, or read from COUNTERFOIL_CONNECT_SECRET_KEY",
        ),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_connected(
    home: Community, options: tuple[str, ...], says: str
) -> None:
    with pytest.raises(CommandError, match=re.escape(says)):
        run(home, "connect", *options)
    assert biller_queries.list_all_connections(biller_id=home.id) == []


def test_a_secret_that_is_not_given_is_missed_by_name(
    home: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    with pytest.raises(CommandError, match="lacks secret_key, webhook_secret"):
        connect(home)


@pytest.mark.usefixtures("_secrets")
def test_one_is_switched_off_before_another_takes_its_kind(home: Community) -> None:
    connect(home)
    first = only(home)
    with pytest.raises(CommandError, match="Another connection takes this kind of payment"):
        connect(home, kinds="card")

    said = run(home, "connections", "--switch-off", first.public_id)
    assert f"{first.public_id}  off     sandbox: bank, card  sandbox" in said
    run(home, "connections", "--switch-off", first.public_id)
    assert AuditEvent.objects.filter(object_ref=first.public_id, action="connection.ended").count() == 1

    connect(home, kinds="card")
    shown = run(home, "connections").splitlines()
    assert [line.split()[1] for line in shown] == ["off", "in"]
    assert "canary" not in "".join(shown)


@pytest.mark.usefixtures("_secrets")
def test_nobody_switches_off_another_billers_connection(home: Community) -> None:
    connect(home)
    with pytest.raises(CommandError, match="has no connection"):
        run(Community("Oak Hill"), "connections", "--switch-off", only(home).public_id)
    assert only(home).is_active


@pytest.mark.django_db
def test_a_biller_that_is_not_there_is_said_so() -> None:
    for command in (
        ("connect", "nobody", "--gateway", "sandbox", "--kinds", "card"),
        ("connections", "nobody"),
    ):
        with pytest.raises(CommandError, match="There is no biller nobody"):
            call_command(*command)


@pytest.mark.usefixtures("_secrets")
def test_an_address_that_moved_and_a_key_that_was_replaced(
    home: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect(home)
    before = only(home)
    monkeypatch.setenv("COUNTERFOIL_CONNECT_SECRET_KEY", "sk_next")
    moved = ("--set", "base_url=http://localhost:9001", "--new-secret", "secret_key")
    run(home, "connections", "--change", before.public_id, *moved)
    after = only(home)
    assert (after.id, after.public_id, after.is_active) == (before.id, before.public_id, True)
    assert after.config == {
        **before.config,
        "base_url": "http://localhost:9001",
        "secret_key": "sk_next",
    }
    [noted] = AuditEvent.objects.filter(object_ref=after.public_id, action="connection.changed")
    assert noted.details == {"changed": ["base_url", "secret_key"]}


@pytest.mark.usefixtures("_secrets")
def test_what_a_connection_cannot_become_is_refused_and_it_stays_as_it_was(home: Community) -> None:
    connect(home)
    ref, before = only(home).public_id, only(home).config
    for wrong, says in (
        (("--set", "base_url="), "lacks base_url"),
        (("--set", "secret_key=sk_shown"), "is a secret"),
        (("--new-secret", "color"), "has no setting color"),
    ):
        with pytest.raises(CommandError, match=says):
            run(home, "connections", "--change", ref, *wrong)
    with pytest.raises(CommandError, match="has no connection"):
        run(Community("Oak Hill"), "connections", "--change", ref, "--set", "public_key=pk_y")
    assert only(home).config == before
