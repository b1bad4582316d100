"""Signing up from an invitation, signing in, and where that leads, through the pages themselves."""

from __future__ import annotations

import re

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.test import Client
from pytest_django import Settings

from counterfoil.core import clock
from counterfoil.flows.payers import revoke_invitation
from counterfoil.identity.models import Login
from counterfoil.payers.models import PortalAccess
from counterfoil.portal import adapter
from tests.factories import outbox
from tests.factories.people import PASSWORD, Community, secret_of

pytestmark = pytest.mark.django_db
SIGNUP = "/accounts/signup/"
LOGIN = "/accounts/login/"


@pytest.fixture
def home() -> Community:
    return Community()


def _follow(client: Client, home: Community, email: str) -> str:
    account = home.add_account("Eleanor Whitfield")
    invitation = home.invite(home.add_payer(account=account), email, now=clock.now())
    secret = secret_of(invitation)
    answer = client.get(f"/invitations/{secret}/", follow=True)
    assert secret not in answer.request["PATH_INFO"]
    assert b"Eleanor Whitfield" in answer.content
    return invitation.public_id


def test_registering_by_invitation_signs_in_with_a_proved_address(client: Client, home: Community) -> None:
    _follow(client, home, "ruth@example.test")
    answer = client.post(SIGNUP, {"email": "Ruth@example.test", "password1": PASSWORD})

    assert answer.headers["Location"] == "/welcome/"
    login = Login.objects.get(email="ruth@example.test")
    assert client.session["_auth_user_id"] == str(login.pk)
    assert login.password.startswith("argon2$")
    assert EmailAddress.objects.get(user_id=login.pk).verified
    assert PortalAccess.objects.filter(login_id=login.pk).count() == 1
    assert adapter.INVITATION not in client.session


def test_without_an_invitation_sign_up_is_closed(client: Client) -> None:
    client.get(SIGNUP)
    client.post(SIGNUP, {"email": "me@example.test", "password1": PASSWORD})

    assert not Login.objects.filter(email="me@example.test").exists()


def test_only_the_invited_address_and_a_good_password_register(client: Client, home: Community) -> None:
    _follow(client, home, "ruth@example.test")
    for email, password in (
        ("other@example.test", PASSWORD),
        ("ruth@example.test", "short"),
        ("ruth@example.test", "password12345"),
        ("ruth@example.test", "ruth@example.test"),
    ):
        answer = client.post(SIGNUP, {"email": email, "password1": password})
        assert answer.status_code == 200
    assert not Login.objects.filter(email__in=["ruth@example.test", "other@example.test"]).exists()


def test_a_revoked_invitation_closes_sign_up_even_with_the_form_open(client: Client, home: Community) -> None:
    ref = _follow(client, home, "ruth@example.test")
    client.get(SIGNUP)
    revoke_invitation.run(actor=home.staff, now=clock.now(), invitation_ref=ref)
    client.post(SIGNUP, {"email": "ruth@example.test", "password1": PASSWORD})

    assert not Login.objects.filter(email="ruth@example.test").exists()
    assert b"has taken this invitation back" in client.get("/invitations/").content


def test_a_known_address_logs_in_and_adds_the_bills(client: Client, home: Community) -> None:
    other = Community("Oak Hill")
    _register(client, other, "both@example.test")
    client.post("/accounts/logout/")

    _follow(client, home, "both@example.test")
    page = client.get("/invitations/")
    assert b"You already have a login" in page.content
    assert b"password1" not in client.get(SIGNUP).content
    answer = client.post(LOGIN, {"login": "both@example.test", "password": PASSWORD})
    assert answer.headers["Location"] == "/invitations/"
    assert b"Add to My Login" in client.get("/invitations/").content
    client.post("/invitations/")

    login = Login.objects.get(email="both@example.test")
    assert PortalAccess.objects.filter(login_id=login.pk, ended_at=None).count() == 2


def test_another_persons_invitation_is_not_added(client: Client, home: Community) -> None:
    _register(client, home, "me@example.test")
    _follow(client, home, "somebody@example.test")
    assert b"logged in with another address" in client.get("/invitations/").content
    client.post("/invitations/")

    login = Login.objects.get(email="me@example.test")
    assert PortalAccess.objects.filter(login_id=login.pk).count() == 1


def test_asking_again_answers_the_same_for_every_address(client: Client, home: Community) -> None:
    home.invite(home.add_payer(), "known@example.test")
    known = client.post("/invitations/again/", {"email": "known@example.test"}).content
    unknown = client.post("/invitations/again/", {"email": "unknown@example.test"}).content

    assert _words(known) == _words(unknown)
    assert b"we have sent it again" in known


def test_an_unknown_link_says_what_to_do(client: Client) -> None:
    answer = client.get("/invitations/nothing-of-ours/", follow=True)

    assert answer.status_code == 404
    assert b"Send It Again" in answer.content


def test_staff_are_led_to_the_desk_and_payers_to_the_portal(client: Client, home: Community) -> None:
    staff = Login.objects.get(public_id=home.staff.ref)
    answer = client.post(LOGIN, {"login": staff.email, "password": PASSWORD})
    assert answer.headers["Location"] == "/desk/"
    client.post("/accounts/logout/")
    _register(client, home, "payer@example.test")
    client.post("/accounts/logout/")
    answer = client.post(LOGIN, {"login": "PAYER@example.test", "password": PASSWORD})
    assert answer.headers["Location"] == "/"


def test_a_wrong_password_and_an_unknown_address_look_the_same(client: Client, home: Community) -> None:
    staff = Login.objects.get(public_id=home.staff.ref)
    known = client.post(LOGIN, {"login": staff.email, "password": "wrong wrong wrong"}).content.decode()
    unknown = client.post(
        LOGIN, {"login": "nobody@example.test", "password": "wrong wrong wrong"}
    ).content.decode()

    assert _words(known.replace(staff.email, "")) == _words(unknown.replace("nobody@example.test", ""))


def test_a_reset_for_an_unknown_address_sends_nothing(client: Client, home: Community) -> None:
    staff = Login.objects.get(public_id=home.staff.ref)
    client.post("/accounts/password/reset/", {"email": "nobody@example.test"})
    assert outbox.sent() == []
    client.post("/accounts/password/reset/", {"email": staff.email})
    assert [message.to for message in outbox.sent()] == [[staff.email]]


def test_the_seed_of_one_time_codes_is_sealed_and_asked_for_at_sign_in(
    client: Client, home: Community, settings: Settings
) -> None:
    staff = Login.objects.get(public_id=home.staff.ref)
    totp.TOTP.activate(staff, "JBSWY3DPEHPK3PXP")
    stored = Authenticator.objects.get(user_id=staff.pk)
    assert "JBSWY3DPEHPK3PXP" not in str(stored.data)
    answer = client.post(LOGIN, {"login": staff.email, "password": PASSWORD})

    assert answer.headers["Location"] == "/accounts/2fa/authenticate/"
    assert "_auth_user_id" not in client.session
    code = totp.format_hotp_value(
        totp.hotp_value("JBSWY3DPEHPK3PXP", next(iter(totp.yield_hotp_counters_from_time())))
    )
    answer = client.post("/accounts/2fa/authenticate/", {"code": code})
    # The next page asks whether to trust this browser.
    client.post(answer.headers["Location"], {"action": "do_not_trust"})
    assert client.session["_auth_user_id"] == str(staff.pk)
    settings.COUNTERFOIL_MFA_REQUIRED = True
    assert not adapter.SecondFactorAdapter().can_delete_authenticator(stored)
    settings.COUNTERFOIL_MFA_REQUIRED = False
    assert adapter.SecondFactorAdapter().can_delete_authenticator(stored)


def test_the_colours_of_a_biller_are_a_sheet_that_can_be_kept(client: Client, home: Community) -> None:
    answer = client.get(home.row.brand.css_url)
    assert answer.content == b":root{--hue:215}\n"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert client.get(f"/brand/{home.key}-0123456789.css").status_code == 404
    assert client.get("/brand/no-such-biller-0123456789.css").status_code == 404


def _register(client: Client, home: Community, email: str) -> None:
    _follow(client, home, email)
    assert client.post(SIGNUP, {"email": email, "password1": PASSWORD}).status_code == 302


def _words(content: bytes | str) -> str:
    text = content.decode() if isinstance(content, bytes) else content
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", text)
