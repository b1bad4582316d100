from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client, RequestFactory
from pytest_django import Settings
from time_machine import travel

from counterfoil.config import signed_in
from counterfoil.identity.models import Login
from tests.factories.people import PASSWORD, Community

pytestmark = pytest.mark.django_db
# Near the real time: the session store compares with it between the steps.
NOON = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def staff(client: Client) -> Client:
    home = Community()
    client.force_login(Login.objects.get(public_id=home.staff.ref))
    return client


def test_a_session_ends_after_a_quarter_of_an_hour_without_use(staff: Client) -> None:
    with travel(NOON, tick=False):
        staff.get("/invitations/again/")
    for minutes in (14, 28, 42):
        with travel(NOON + timedelta(minutes=minutes), tick=False):
            staff.get("/invitations/again/")
            assert _signed_in(staff)
    with travel(NOON + timedelta(minutes=42 + 16), tick=False):
        answer = staff.get("/invitations/again/")
    assert answer.headers["Location"].startswith("/accounts/login/?ended=1&next=%2Finvitations%2Fagain%2F")
    assert not _signed_in(staff)


def test_a_session_ends_after_eight_hours_however_busy(staff: Client) -> None:
    for minutes in range(0, 8 * 60 + 1, 10):
        with travel(NOON + timedelta(minutes=minutes), tick=False):
            staff.get("/invitations/again/")
    assert _signed_in(staff)
    with travel(NOON + timedelta(minutes=8 * 60 + 5), tick=False):
        staff.get("/invitations/again/")
    assert not _signed_in(staff)


def test_being_seen_is_written_at_most_once_a_minute(staff: Client) -> None:
    with travel(NOON, tick=False):
        staff.get("/invitations/again/")
    before = staff.session["cf_seen"]
    with travel(NOON + timedelta(seconds=59), tick=False):
        staff.get("/invitations/again/")
    assert staff.session["cf_seen"] == before
    with travel(NOON + timedelta(seconds=60), tick=False):
        staff.get("/invitations/again/")
    assert staff.session["cf_seen"] == before + 60


def test_staff_without_a_second_factor_are_led_to_one_and_see_no_desk(
    staff: Client, settings: Settings
) -> None:
    settings.COUNTERFOIL_MFA_REQUIRED = True
    for path in ("/desk/", "/desk/anything/"):
        assert staff.get(path).headers["Location"] == "/accounts/2fa/totp/activate/?next=%2Fdesk%2F"
    login_id = int(staff.session["_auth_user_id"])
    Authenticator.objects.create(user_id=login_id, type=Authenticator.Type.TOTP, data={"secret": "x"})
    assert "/2fa/" not in staff.get("/desk/").headers.get("Location", "")


def test_recovery_codes_alone_are_no_second_factor(staff: Client, settings: Settings) -> None:
    settings.COUNTERFOIL_MFA_REQUIRED = True
    login_id = int(staff.session["_auth_user_id"])
    Authenticator.objects.create(user_id=login_id, type=Authenticator.Type.RECOVERY_CODES, data={})
    assert "/2fa/" in staff.get("/desk/").headers["Location"]


def test_where_it_is_not_required_the_desk_opens(staff: Client, settings: Settings) -> None:
    settings.COUNTERFOIL_MFA_REQUIRED = False
    assert "/2fa/" not in staff.get("/desk/").headers.get("Location", "")


def test_the_language_a_person_chose_goes_with_them(staff: Client) -> None:
    answer = staff.post("/language/", {"language": "es", "next": "/invitations/again/"})
    assert answer.status_code == 302
    del staff.cookies["cf_language"]

    assert staff.get("/invitations/again/").headers["Content-Language"] == "es"
    staff.post("/language/", {"language": "xx"})
    assert Login.objects.get(pk=staff.session["_auth_user_id"]).locale == "es"


def test_the_other_end_is_read_behind_as_many_proxies_as_are_trusted(settings: Settings) -> None:
    request = RequestFactory().get(
        "/", headers={"X-Forwarded-For": "6.6.6.6, 192.0.2.1, 10.0.0.2"}, REMOTE_ADDR="10.0.0.1"
    )

    for count, expected in ((0, "10.0.0.1"), (1, "10.0.0.2"), (2, "192.0.2.1"), (9, "10.0.0.1")):
        settings.COUNTERFOIL_TRUSTED_PROXY_COUNT = count
        assert signed_in.client_ip(request) == expected


def test_five_wrong_passwords_close_the_way_for_a_while(client: Client) -> None:
    home = Community()
    email = Login.objects.get(public_id=home.staff.ref).email
    for _ in range(5):
        client.post("/accounts/login/", {"login": email, "password": "wrong wrong wrong"})
    answer = client.post("/accounts/login/", {"login": email, "password": PASSWORD})

    assert not _signed_in(client)
    assert answer.status_code in {200, 429}


def _signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session
