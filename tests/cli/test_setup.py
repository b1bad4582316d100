from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from counterfoil.billers import queries as biller_queries
from counterfoil.identity.models import Login, StaffRole
from tests.factories.people import PASSWORD


@pytest.fixture
def _password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COUNTERFOIL_SETUP_PASSWORD", PASSWORD)


@pytest.mark.django_db
@pytest.mark.usefixtures("_password")
def test_the_first_administrator_and_the_first_biller_are_made_at_once() -> None:
    who = {"email": "Ada@example.test", "name": "Ada", "biller": "oak-hill"}
    with pytest.raises(CommandError, match="--biller-name"):
        call_command("setup", **who)
    said = StringIO()
    call_command("setup", **who, biller_name="Oak Hill", phone="(555) 555-0100", stdout=said)

    assert biller_queries.get_by_key(key="oak-hill").organization_name == "Oak Hill"
    assert StaffRole.objects.get(login__email="ada@example.test").role == "administrator"
    assert Login.objects.get(email="ada@example.test").check_password(PASSWORD)
    assert PASSWORD not in said.getvalue()
    call_command("setup", **who, stdout=said)
    assert StaffRole.objects.filter(login__email="ada@example.test").count() == 1


@pytest.mark.django_db
def test_an_invited_administrator_is_asked_for_no_password() -> None:
    said = StringIO()
    who = {
        "email": "ada@example.test",
        "biller": "oak-hill",
        "biller_name": "Oak Hill",
        "phone": "(555) 555-0100",
    }
    call_command("setup", **who, invite=True, stdout=said)
    assert "A mail brings the link" in said.getvalue()
    assert not Login.objects.get(email="ada@example.test").has_usable_password()


@pytest.mark.django_db
def test_where_nobody_types_the_password_is_the_first_line(monkeypatch: pytest.MonkeyPatch) -> None:
    who = {"email": "ada@example.test", "biller": "oak-hill", "biller_name": "Oak Hill", "phone": "1"}
    monkeypatch.setattr("sys.stdin", StringIO(f"{PASSWORD}\n"))
    call_command("setup", **who, stdout=StringIO())
    assert Login.objects.get(email="ada@example.test").check_password(PASSWORD)

    monkeypatch.setattr("sys.stdin", StringIO(""))
    with pytest.raises(CommandError, match="COUNTERFOIL_SETUP_PASSWORD"):
        call_command("setup", email="ada@example.test", recover=True)


@pytest.mark.django_db
@pytest.mark.usefixtures("_password")
def test_recovering_somebody_unknown_says_so() -> None:
    with pytest.raises(CommandError, match="no staff login"):
        call_command("setup", email="nobody@example.test", recover=True)


def test_a_key_ring_is_made_once_added_to_and_never_printed(tmp_path: Path, settings: Settings) -> None:
    settings.COUNTERFOIL_KEYS_FILE = str(tmp_path / "keys.json")
    said = StringIO()
    with pytest.raises(CommandError, match="keys new"):
        call_command("keys", "check", stdout=said)
    call_command("keys", "new", stdout=said)
    with pytest.raises(CommandError, match="already"):
        call_command("keys", "new", stdout=said)
    call_command("keys", "rotate", stdout=said)
    call_command("keys", "check", stdout=said)

    assert "2 keys" in said.getvalue()
    assert not any(len(word) > 60 for word in said.getvalue().split() if "/" not in word)
