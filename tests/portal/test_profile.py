"""My Profile: who one is and pays for, and a language that stays, changed there or at the foot of any page."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from tests.factories.signed_in import PASSWORD
from tests.factories.world import World

pytestmark = pytest.mark.django_db


def chosen() -> str:
    return str(get_user_model().objects.get(email="ruth@example.test").locale)


def test_profile_names_the_person_and_for_whom_they_pay(world: World, ruth: Client) -> None:
    page = ruth.get("/profile/").content.decode()

    for said in ("ruth@example.test", "Eleanor Whitfield", "(555) 555-0142"):
        assert said in page


def test_language_is_kept_with_the_login(world: World, ruth: Client) -> None:
    assert 'lang="es"' in ruth.post("/profile/", {"language": "es"}, follow=True).content.decode()
    assert chosen() == "es"
    ruth.post("/language/", {"language": "en", "next": "/billing/invoices/"})
    assert chosen() == "en"
    ruth.post("/profile/", {"language": "tlh"})
    assert chosen() == "en"


def test_a_language_chosen_before_logging_in_is_kept_with_the_login_once(world: World, ruth: Client) -> None:
    login = get_user_model().objects.get(email="ruth@example.test")
    login.set_password(PASSWORD)
    login.save()
    ruth.post("/accounts/logout/")
    ruth.post("/language/", {"language": "es", "next": "/accounts/login/"})
    assert chosen() == "en"
    typed = {"login": "ruth@example.test", "password": PASSWORD}
    assert 'lang="es"' in ruth.post("/accounts/login/", typed, follow=True).content.decode()
    assert chosen() == "es"
    # Whoever comes next in this browser finds what they chose themselves.
    ruth.post("/language/", {"language": "en", "next": "/"})
    ruth.post("/accounts/logout/")
    ruth.post("/accounts/login/", typed)
    assert chosen() == "en"
