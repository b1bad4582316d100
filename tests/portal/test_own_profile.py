"""My Profile: contact data, who pays, an access given up, and what a login is told about itself."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.contrib.auth import get_user_model
from django.test import Client

from counterfoil.core.actor import OPERATOR
from counterfoil.notices.models import Delivery, Notice
from counterfoil.payers import queries as payer_queries
from counterfoil.payers.rows import PayerRow
from counterfoil.portal import devices
from tests.factories import outbox, signed_in
from tests.factories.world import World

pytestmark = pytest.mark.django_db
PASSWORD = "sunday garden walk"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1 Version/18.0 Mobile Safari/604.1"
CONTACT = {"name": "Eleanor Whitfield", "email": "eleanor@example.test", "phone": "(312) 555-0101"}


@pytest.fixture
def row(world: World) -> Callable[[], PayerRow]:
    """Give a function that reads Ruth's payer as it is now."""
    return lambda: payer_queries.list_payers_by_ids(actor=OPERATOR, payer_ids=[world.payer_id])[0]


@pytest.fixture
def known(ruth: Client) -> Client:
    """Let Ruth have a password and a proved address, as who registered has."""
    login = get_user_model().objects.get(email="ruth@example.test")
    login.set_password(PASSWORD)
    login.save(update_fields=["password"])
    EmailAddress.objects.update_or_create(
        user=login, email=login.email, defaults={"verified": True, "primary": True}
    )
    ruth.force_login(login)
    signed_in.prove(ruth)
    return ruth


def told(key: str) -> list[str]:
    return sorted(Delivery.objects.filter(notice__key=key).values_list("to", flat=True))


def test_contact_data_are_changed_and_both_addresses_told(ruth: Client, row: Callable[[], PayerRow]) -> None:
    page = f"/profile/contact/{row().public_id}/"
    assert 'value="eleanor@example.test"' in ruth.get(page).content.decode()
    wrong = ruth.post(page, CONTACT | {"email": "no address"})
    assert wrong.status_code == 200
    assert "(312) 555-0101" in wrong.content.decode()
    ruth.post(page, CONTACT | {"email": "new@example.test"})
    assert (row().email, row().phone, row().invoice_preference) == (
        "new@example.test",
        "(312) 555-0101",
        "email",
    )
    assert told("contact_changed") == ["eleanor@example.test", "new@example.test"]
    assert Notice.objects.filter(key="contact_changed")[0].data["changed"] == ["email", "phone"]
    # Who can log in did not change.
    assert get_user_model().objects.filter(email="ruth@example.test").exists()


def test_what_is_no_phone_number_is_said_beside_it_and_stays_typed(
    ruth: Client, row: Callable[[], PayerRow]
) -> None:
    answer = ruth.post(f"/profile/contact/{row().public_id}/", CONTACT | {"phone": "555-01"})
    assert "with its area code" in answer.context["form"].errors["phone"][0]
    assert 'value="555-01"' in answer.content.decode()
    assert row().phone == ""


def test_the_same_data_again_tell_nobody(ruth: Client, row: Callable[[], PayerRow]) -> None:
    ruth.post(f"/profile/contact/{row().public_id}/", CONTACT | {"phone": ""})
    assert told("contact_changed") == []


def test_who_may_only_look_changes_nothing(join: Callable[..., Client], row: Callable[[], PayerRow]) -> None:
    looker = join(email="looker@example.test", profile="see-only")
    ref = row().public_id
    for page in (f"/profile/contact/{ref}/", f"/profile/who-pays/{ref}/"):
        assert looker.get(page).status_code == 404
        assert looker.post(page, CONTACT | {"who_pays": "self"}).status_code == 404
    assert "Change Contact Data" not in looker.get("/profile/").content.decode()
    assert row().who_pays == ""


def test_who_pays_offers_the_billers_days_only_where_it_collects(
    world: World, ruth: Client, row: Callable[[], PayerRow]
) -> None:
    page = f"/profile/who-pays/{row().public_id}/"
    assert "Maple Court collects" not in ruth.get(page).content.decode()
    world.set_portal(collection_days=(5, 31))
    assert "Maple Court collects" not in ruth.get(page).content.decode()
    world.set_portal(collects=True)
    shown = ruth.get(page).content.decode()
    assert "Maple Court collects on day 5 of the month" in shown
    assert "Maple Court collects on the last day of the month" in shown
    assert ruth.post(page, {"who_pays": "biller_collects:6"}).status_code == 200
    assert row().who_pays == ""
    ruth.post(page, {"who_pays": "biller_collects:5"})
    assert (row().who_pays, row().collection_day) == ("biller_collects", 5)
    assert "Maple Court collects on day 5 of the month" in ruth.get("/profile/").content.decode()
    ruth.post(page, {"who_pays": "self"})
    assert (row().who_pays, row().collection_day) == ("self", None)
    assert told("who_pays_changed") == []


def test_the_question_is_asked_once(ruth: Client, row: Callable[[], PayerRow]) -> None:
    page = f"/profile/who-pays/{row().public_id}/"
    assert ruth.get("/welcome/").headers["Location"] == f"{page}?first=1"
    assert "Decide later" in ruth.get(f"{page}?first=1").content.decode()
    nothing = ruth.post(f"{page}?first=1", {})
    assert "Choose who pays." in nothing.content.decode()
    assert ruth.post(f"{page}?first=1", {"who_pays": "self"}).headers["Location"] == "/"
    assert ruth.get("/welcome/").headers["Location"] == "/"


def test_choosing_autopay_leads_to_where_it_is_set_up(ruth: Client, row: Callable[[], PayerRow]) -> None:
    answer = ruth.post(f"/profile/who-pays/{row().public_id}/", {"who_pays": "autopay"})
    assert answer.headers["Location"] in {"/", "/billing/schedules/", "/billing/autopay/"}
    assert row().who_pays == "autopay"


def test_an_access_given_up_ends_at_once(ruth: Client, row: Callable[[], PayerRow]) -> None:
    page = f"/profile/access/{row().public_id}/end/"
    assert "Give up your access?" in ruth.get(page).content.decode()
    assert ruth.get("/billing/invoices/").status_code == 200
    ruth.post(page)
    assert ruth.get("/billing/invoices/").status_code == 404
    assert ruth.post(page).status_code == 404
    assert told("access_withdrawn") == ["ruth@example.test"]


def test_sensitive_pages_ask_for_a_proof_and_looking_does_not(
    world: World, known: Client, row: Callable[[], PayerRow]
) -> None:
    signed_in.prove(known, ago=timedelta(minutes=16))
    ref = row().public_id
    for page in (f"/profile/contact/{ref}/", f"/profile/access/{ref}/end/", "/accounts/email/"):
        assert known.get(page).status_code in {200, 302}
    for page in (f"/profile/contact/{ref}/", f"/profile/access/{ref}/end/"):
        assert known.get(page).headers["Location"].startswith("/accounts/reauthenticate/?next=")
        assert known.post(page, CONTACT).headers["Location"].startswith("/accounts/reauthenticate/?next=")
    asked = known.post("/accounts/email/", {"email": "other@example.test", "action_add": ""})
    assert asked.headers["Location"].startswith("/accounts/reauthenticate/")
    account = payer_queries.list_accounts_by_ids(actor=OPERATOR, account_ids=[world.account_id])[0]
    for page in ("/sharing/ask/", "/sharing/access/"):
        asked = known.get(f"{page}{ref}/{account.public_id}/")
        assert asked.headers["Location"].startswith("/accounts/reauthenticate/?next=")
    assert known.get("/profile/").status_code == 200
    assert told("contact_changed") == []


def test_a_new_device_is_told_and_a_known_one_is_not(world: World, known: Client) -> None:
    browser = Client(headers={"user-agent": SAFARI})
    way_in = {"login": "ruth@example.test", "password": PASSWORD}
    browser.post("/accounts/login/", way_in)
    assert told("new_device") == ["ruth@example.test"]
    assert Notice.objects.get(key="new_device").data["device"] == "Safari on iPhone"
    browser.post("/accounts/logout/")
    browser.post("/accounts/login/", way_in)
    assert len(told("new_device")) == 1
    browser.cookies["cf_known"] = "forged.mark"
    browser.post("/accounts/logout/")
    browser.post("/accounts/login/", way_in)
    assert len(told("new_device")) == 2


def test_the_login_address_changes_by_a_code_and_both_addresses_are_told(world: World, known: Client) -> None:
    page = known.get("/accounts/email/").content.decode()
    assert "ruth@example.test" in page
    known.post("/accounts/email/", {"email": "Ruth.New@example.test", "action_add": ""})
    assert get_user_model().objects.filter(email="ruth@example.test").exists()
    code = re.search(r"^([A-Z0-9]+-[A-Z0-9]+)$", outbox.last(), re.MULTILINE)
    assert code, outbox.last()
    assert outbox.sent()[-1].to == ["ruth.new@example.test"]
    known.post("/accounts/confirm-email/", {"code": code[1]})
    assert get_user_model().objects.filter(email="ruth.new@example.test").exists()
    assert told("security_changed") == ["ruth.new@example.test", "ruth@example.test"]


def test_the_pages_of_logging_in_say_whom_to_call(known: Client) -> None:
    for path in ("/accounts/2fa/", "/accounts/email/", "/accounts/password/change/"):
        assert "(555) 555-0142" in known.get(path).content.decode()


def test_a_changed_and_a_reset_password_are_told(world: World, known: Client) -> None:
    new = "a brand new garden"
    known.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert [notice.data["what"] for notice in Notice.objects.filter(key="security_changed")] == ["password"]
    stranger = Client()
    assert b"Forgot your password?" in stranger.get("/accounts/login/").content
    stranger.post("/accounts/password/reset/", {"email": "ruth@example.test"})
    link = re.search(r"(/accounts/password/reset/key/\S+)", outbox.last())
    assert link
    form = stranger.get(link[1], follow=True)
    stranger.post(form.redirect_chain[-1][0], {"password1": PASSWORD, "password2": PASSWORD})
    assert Notice.objects.filter(key="security_changed").count() == 2
    assert get_user_model().objects.get(email="ruth@example.test").check_password(PASSWORD)


@pytest.mark.parametrize(
    ("user_agent", "said"),
    [
        (SAFARI, "Safari on iPhone"),
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/131.0 Safari/537.36 Edg/131.0",
            "Edge on Windows",
        ),
        ("Mozilla/5.0 (Linux; Android 14) Chrome/131.0 Mobile Safari/537.36", "Chrome on Android"),
        ("curl/8.5", "Unknown device"),
        ("", "Unknown device"),
    ],
)
def test_a_browser_is_named_in_words(user_agent: str, said: str) -> None:
    assert devices.words(user_agent) == said


BILLS = ("/billing/invoices/", "/billing/methods/", "/billing/payments/")
PAGES = {
    "billing": {*BILLS, "/", "/profile/", "method", "pay"},
    "see-only": {*BILLS, "/", "/profile/"},
    "pay-only": {*BILLS, "/", "/profile/", "method", "pay"},
    "no-billing": {"/", "/profile/"},
}


@pytest.mark.parametrize("profile", sorted(PAGES))
def test_each_ready_made_profile_sees_exactly_its_pages(
    world: World, join: Callable[..., Client], row: Callable[[], PayerRow], profile: str
) -> None:
    invoice = world.invoice()
    account = payer_queries.list_accounts_by_ids(actor=OPERATOR, account_ids=[world.account_id])[0]
    who = join(email=f"{profile}@example.test", profile=profile)
    asked = {
        **{path: path for path in (*BILLS, "/", "/profile/")},
        "method": "/billing/methods/add/bank/",
        "pay": f"/billing/pay/{row().public_id}/{account.public_id}/",
    }
    seen = {name for name, path in asked.items() if who.get(path).status_code == 200}
    assert seen == PAGES[profile]
    page = who.get(f"/billing/invoices/{invoice.public_id}/")
    assert page.status_code == (404 if profile == "no-billing" else 200)
    # The lines are for those alone whose profile says so.
    assert ("Monthly rent" in page.content.decode()) == (profile in {"billing", "see-only"})
    assert ("/billing/invoices/" in who.get("/").content.decode()) == (profile != "no-billing")


def test_what_is_not_known_of_a_browser_is_left_out(ruth: Client) -> None:
    login = get_user_model().objects.get(email="ruth@example.test")
    UserSession.objects.create(
        user=login, session_key=ruth.session.session_key, ip="203.0.113.7", user_agent=SAFARI
    )
    page = ruth.get("/profile/sessions/").content.decode()
    assert "Last seen" in page
    assert "Logged in since" in page
    assert "Not known" not in page
