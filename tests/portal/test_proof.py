"""A new proof before what matters is changed, and what was typed before a session ended or a proof was asked for."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth import get_user_model
from django.test import Client
from time_machine import travel

from counterfoil.core import clock
from counterfoil.ui import typed
from tests.factories import signed_in
from tests.factories.world import World

pytestmark = pytest.mark.django_db
PASSWORD = "sunday garden walk"
LONG_AGO = timedelta(minutes=16)


@pytest.fixture
def method(world: World) -> str:
    return world.bank()


def edit_page(ref: str) -> str:
    return f"/billing/methods/{ref}/edit/"


def with_password(client: Client) -> None:
    login = get_user_model().objects.get(email="ruth@example.test")
    login.set_password(PASSWORD)
    login.save(update_fields=["password"])
    EmailAddress.objects.update_or_create(
        user=login, email=login.email, defaults={"verified": True, "primary": True}
    )
    client.force_login(login)


def test_a_fresh_proof_opens_the_page_and_an_old_one_is_asked_anew(ruth: Client, method: str) -> None:
    with_password(ruth)
    signed_in.prove(ruth)
    assert ruth.get(edit_page(method)).status_code == 200
    signed_in.prove(ruth, ago=LONG_AGO)
    answer = ruth.get(edit_page(method))
    assert (
        answer.headers["Location"]
        == f"/accounts/reauthenticate/?next={edit_page(method).replace('/', '%2F')}"
    )


def test_what_was_typed_is_there_after_the_proof_and_nothing_was_done(ruth: Client, method: str) -> None:
    with_password(ruth)
    signed_in.prove(ruth, ago=LONG_AGO)
    asked = ruth.post(edit_page(method), {"nickname": "Grandma's checking"})
    assert asked.headers["Location"].startswith("/accounts/reauthenticate/")
    wrong = ruth.post(asked.headers["Location"], {"password": "not it"})
    assert wrong.status_code == 200
    back = ruth.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": edit_page(method)})
    assert back.headers["Location"] == edit_page(method)
    page = ruth.get(edit_page(method)).content.decode()
    assert "Grandma&#x27;s checking" in page
    assert "Please check it and send it again." in page
    # Once: the next look shows what is saved.
    assert "Grandma" not in ruth.get(edit_page(method)).content.decode()


def test_what_is_sent_after_the_end_is_not_done_and_waits_filled_in(ruth: Client, method: str) -> None:
    with_password(ruth)
    signed_in.prove(ruth)
    ruth.get(edit_page(method))
    with travel(clock.real_now() + timedelta(minutes=16), tick=False):
        ended = ruth.post(
            edit_page(method), {"nickname": "Grandma", "password": "secret", "is_default": "on"}
        )
        assert ended.headers["Location"].startswith("/accounts/login/?ended=1&next=%2Fbilling%2Fmethods%2F")
        assert "_auth_user_id" not in ruth.session
        assert "Grandma" not in str(dict(ruth.session))
        login = {"login": "ruth@example.test", "password": PASSWORD, "next": edit_page(method)}
        back = ruth.post("/accounts/login/", login)
        assert back.headers["Location"] == edit_page(method)
        page = ruth.get(edit_page(method)).content.decode()
    assert 'value="Grandma"' in page
    assert "You were logged out" in page


def test_what_waits_is_for_the_same_person_alone(
    world: World, ruth: Client, method: str, join: object
) -> None:
    with_password(ruth)
    ruth.get("/profile/")
    with travel(clock.real_now() + timedelta(minutes=16), tick=False):
        ruth.post("/profile/", {"language": "es"})
        join(email="sam@example.test")  # type: ignore[operator]
        sam = get_user_model().objects.get(email="sam@example.test")
        assert typed.KEPT in ruth.session
        ruth.force_login(sam)
        assert 'value="es" id="id_language_1" required checked' not in ruth.get("/profile/").content.decode()
        assert typed.KEPT not in ruth.session


def test_another_sites_form_lies_filled_in_for_nobody(ruth: Client, method: str) -> None:
    with_password(ruth)
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = ruth.cookies
    strict.get("/profile/")
    with travel(clock.real_now() + timedelta(minutes=16), tick=False):
        strict.post("/profile/", {"language": "es"})
        assert typed.KEPT not in strict.session


def test_asking_for_the_state_prolongs_nothing_and_staying_does(ruth: Client) -> None:
    noon = clock.real_now()
    with travel(noon, tick=False):
        ruth.get("/profile/")
        assert ruth.get("/session/").json() == {"left": 900}
    with travel(noon + timedelta(minutes=12), tick=False):
        assert ruth.get("/session/").json() == {"left": 180}
        assert ruth.get("/session/").json() == {"left": 180}
        assert ruth.post("/session/").json() == {"left": 900}
    with travel(noon + timedelta(minutes=28), tick=False):
        assert ruth.get("/session/").status_code == 302
    assert Client().get("/session/").json() == {"left": 0}


def test_the_page_keeps_what_was_typed_when_its_session_is_gone(ruth: Client, method: str) -> None:
    with_password(ruth)
    ruth.get("/profile/")
    with travel(clock.real_now() + timedelta(minutes=16), tick=False):
        ruth.get("/session/")
        sent = ruth.post("/session/keep/", {"cf_page": edit_page(method), "nickname": "Grandma"})
        assert sent.headers["Location"].startswith("/accounts/login/?ended=1&next=")
        ruth.force_login(get_user_model().objects.get(email="ruth@example.test"))
        signed_in.prove(ruth)
        assert 'value="Grandma"' in ruth.get(edit_page(method)).content.decode()
        away = ruth.post("/session/keep/", {"cf_page": "https://evil.example/", "nickname": "x"})
        assert away.headers["Location"] == "/"
