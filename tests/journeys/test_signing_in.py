"""Signing in without a password, being logged out elsewhere, being asked who one is, and the end of a session."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from allauth.mfa.totp.internal import auth as totp
from django.conf import LazySettings
from django.contrib.auth import get_user_model
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from playwright.sync_api import Browser, BrowserContext, Page, expect

from counterfoil.notices.models import Notice
from tests.factories import outbox
from tests.journeys.household import PASSWORD, Household

pytestmark = pytest.mark.django_db(transaction=True)
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def told(key: str) -> list[str]:
    return [str(notice.data.get("what", "")) for notice in Notice.objects.filter(key=key).order_by("pk")]


def make_proof_old(minutes: int = 16) -> None:
    """Let every session's last proof be so old."""
    for row in Session.objects.all():
        data = row.get_decoded()
        for proof in data.get("account_authentication_methods", []):
            proof["at"] -= minutes * 60
        row.session_data = SessionStore().encode(data)
        row.save()


def test_by_a_code_in_the_mail(page: Page, household: Household) -> None:
    page.goto(household.portal)
    page.get_by_role("link", name="Email me a code").click()
    household.see(page)
    page.get_by_label("Email Address").fill("ruth@example.test")
    page.get_by_role("button", name="Send me a code").click()
    household.see(page)
    code = re.search(r"^\s*([A-Z0-9]{4}-[A-Z0-9]{4})\s*$", outbox.last(), re.MULTILINE)
    assert code, outbox.last()
    page.locator("input[name=code]").fill(code[1])
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("link", name=re.compile("^Billing"))).to_be_visible()
    assert Notice.objects.filter(key="new_device").count() == 1


def test_a_forgotten_password_is_chosen_anew(page: Page, household: Household) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(household.portal)
    log_in(page, "monday garden walk")
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    household.see(page)
    page.get_by_role("link", name="Forgot your password?").click()
    household.see(page)
    ask = page.get_by_role("button", name="Reset My Password")
    ask.click()
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    household.see(page)
    page.locator("main input[name=email]").fill("ruth@example.test")
    ask.click()
    expect(page.get_by_text("We have sent you an email.")).to_be_visible()
    household.see(page)

    found = re.search(r"http\S+", outbox.last())
    assert found, outbox.last()
    page.goto(found[0])
    household.see(page)
    choose = page.get_by_role("button", name="Save")
    page.locator("input[name=password1]").fill("short")
    page.locator("input[name=password2]").fill("short")
    choose.click()
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    household.see(page)
    page.locator("input[name=password1]").fill("tuesday garden walk")
    page.locator("input[name=password2]").fill("tuesday garden walk")
    choose.click()
    expect(page.get_by_role("heading", name="Your password is changed")).to_be_visible()
    household.see(page)
    page.goto(found[0])  # the link has done its work
    expect(page.get_by_role("heading", name="This link does not work any more")).to_be_visible()
    household.see(page)

    page.get_by_role("link", name="Other ways to log in").click()
    log_in(page, "tuesday garden walk")
    expect(page.get_by_role("link", name=re.compile("^Billing"))).to_be_visible()


def log_in(page: Page, password: str) -> None:
    """Type the address and a password."""
    page.get_by_label("Email Address").fill("ruth@example.test")
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Log In", exact=True).click()


def test_by_a_passkey(page: Page, context: BrowserContext, household: Household) -> None:
    devtools = context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    household.log_in(page)
    page.get_by_role("link", name=re.compile("My Profile")).click()
    page.get_by_role("link", name="Passkeys and one-time codes").click()
    household.see(page)
    page.goto(f"{household.portal}/accounts/2fa/webauthn/add/")
    household.see(page)
    page.get_by_label("Name").fill("Ruth's tablet")
    page.locator("#mfa_webauthn_passwordless, [name=passwordless]").first.check()
    page.get_by_role("button", name=re.compile("^Add")).last.click()
    expect(page.get_by_text("Ruth's tablet").or_(page.get_by_text("recovery"))).not_to_have_count(0)
    assert told("security_changed")[0] == "passkey_added"
    page.goto(household.portal)
    page.get_by_role("button", name="Log Out").click()
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("link", name=re.compile("^Billing"))).to_be_visible()


def test_one_device_is_logged_out_from_another(page: Page, browser: Browser, household: Household) -> None:
    elsewhere = browser.new_context(locale="en-US")
    tablet = elsewhere.new_page()
    household.log_in(tablet)
    household.log_in(page)
    page.goto(f"{household.portal}/profile/")
    household.see(page)
    page.get_by_role("link", name="Where you are logged in").click()
    expect(page.get_by_text("This device", exact=True)).to_have_count(1)
    household.see(page)
    page.get_by_role("button", name="Log Out This Device").click()
    expect(page.get_by_text("That device was logged out.")).to_be_visible()
    expect(page.get_by_text("You are logged in nowhere else.")).to_be_visible()
    tablet.goto(f"{household.portal}/profile/")
    expect(tablet.get_by_role("button", name="Log In", exact=True)).to_be_visible()
    elsewhere.close()


def test_who_it_is_is_asked_before_a_change_and_everything_is_kept(page: Page, household: Household) -> None:
    household.log_in(page)
    page.goto(f"{household.portal}/profile/")
    page.get_by_role("link", name="Change Contact Data").click()
    household.see(page)
    page.get_by_label("Phone").fill("(312) 555-0199")
    make_proof_old()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Please show that it is you")).to_be_visible()
    household.see(page)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_label("Phone")).to_have_value("(312) 555-0199")
    expect(page.get_by_text("What you typed is still here.")).to_be_visible()
    household.see(page)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Your contact data were changed.")).to_be_visible()
    assert Notice.objects.filter(key="contact_changed").count() == 1
    # Opening a page that changes something asks first, so that nobody types in vain.
    make_proof_old()
    page.get_by_role("link", name="Change Contact Data").click()
    expect(page.get_by_role("heading", name="Please show that it is you")).to_be_visible()


def test_the_warning_puts_off_the_end_by_keyboard(
    page: Page, household: Household, settings: LazySettings
) -> None:
    settings.COUNTERFOIL_SESSION_IDLE = timedelta(seconds=184)
    household.log_in(page)
    page.goto(f"{household.portal}/profile/")
    box = page.get_by_role("dialog", name="Are you still there?")
    expect(box).to_be_visible(timeout=10_000)
    expect(box.get_by_role("status")).to_have_text(re.compile("You will be logged out in about 3 minutes."))
    expect(box.get_by_role("button", name="Stay signed in")).to_be_focused()
    household.see(page)
    settings.COUNTERFOIL_SESSION_IDLE = timedelta(minutes=15)
    page.keyboard.press("Enter")
    expect(box).to_be_hidden()


def test_what_was_typed_is_there_after_the_end(
    page: Page, household: Household, settings: LazySettings
) -> None:
    household.log_in(page)
    settings.COUNTERFOIL_SESSION_IDLE = timedelta(seconds=188)
    [ruth] = get_user_model().objects.filter(email="ruth@example.test")
    page.goto(f"{household.portal}/profile/contact/{household.payer.public_id}/")
    page.get_by_label("Phone").fill("(312) 555-0177")
    page.get_by_label("Email Address").fill("ruth.new@example.test")
    # The server's clock has gone on further than the page's.
    settings.COUNTERFOIL_SESSION_IDLE = timedelta(0)
    box = page.get_by_role("dialog", name="You were logged out")
    expect(box).to_be_visible(timeout=20_000)
    household.see(page)
    page.keyboard.press("Escape")
    expect(box).to_be_visible()
    settings.COUNTERFOIL_SESSION_IDLE = timedelta(minutes=15)
    box.get_by_role("button", name="Log In Again").click()
    page.get_by_label("Email Address").fill("ruth@example.test")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Log In", exact=True).click()
    expect(page.get_by_label("Phone")).to_have_value("(312) 555-0177")
    expect(page.get_by_label("Email Address")).to_have_value("ruth.new@example.test")
    expect(page.get_by_text("You were logged out because nothing happened for a while")).to_be_visible()
    household.see(page)
    assert ruth.email == "ruth@example.test"


def test_without_javascript_what_was_sent_too_late_is_kept(
    browser: Browser, household: Household, settings: LazySettings
) -> None:
    context = browser.new_context(java_script_enabled=False, locale="en-US")
    page = context.new_page()
    household.log_in(page)
    page.goto(f"{household.portal}/profile/contact/{household.payer.public_id}/")
    assert "What you send too late is kept" in page.content()  # in a <noscript>
    page.get_by_label("Phone").fill("(312) 555-0188")
    settings.COUNTERFOIL_SESSION_IDLE = timedelta(0)
    page.get_by_role("button", name="Save").click()
    settings.COUNTERFOIL_SESSION_IDLE = timedelta(minutes=15)
    page.get_by_label("Email Address").fill("ruth@example.test")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Log In", exact=True).click()
    expect(page.get_by_label("Phone")).to_have_value("(312) 555-0188")
    context.close()


@pytest.mark.parametrize("language", ["English", "Español"])
def test_logging_out_and_help_stand_in_the_same_place_on_a_phone(
    page: Page, household: Household, language: str
) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    household.log_in(page)
    if language == "Español":
        page.get_by_role("button", name="Español").click()
    for path in ("/", "/profile/", "/profile/sessions/", "/help/"):
        page.goto(f"{household.portal}{path}")
        expect(page.locator(".strip .help-link")).to_have_count(1)
        expect(page.locator(".foot button[name=size]")).to_have_count(1)
        household.see(page)
    page.goto(household.portal)
    height = page.locator(".log-out button").evaluate("button => button.getBoundingClientRect().height")
    assert height < 50
    for summary in ("What is a passkey?",) if language == "English" else ():
        page.goto(f"{household.portal}/help/")
        page.get_by_text(summary).click()
        household.see(page)


def test_one_time_codes_are_set_up_with_recovery_codes_and_ask_at_the_next_log_in(
    page: Page, household: Household
) -> None:
    household.log_in(page)
    page.goto(f"{household.portal}/profile/")
    page.get_by_role("link", name="Passkeys and one-time codes").click()
    page.goto(f"{household.portal}/accounts/2fa/totp/activate/")
    household.see(page)
    secret = page.locator("#authenticator_secret").input_value()
    page.locator("input[name=code]").fill(_code(secret))
    page.locator("form:has(input[name=code]) button[type=submit]").first.click()
    page.goto(f"{household.portal}/accounts/2fa/recovery-codes/")
    household.see(page)
    recovery = page.locator("textarea").input_value().split()
    assert len(recovery) == 10
    assert "one_time_codes_added" in told("security_changed")
    page.goto(household.portal)
    page.get_by_role("button", name="Log Out").click()
    page.get_by_label("Email Address").fill("ruth@example.test")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Log In", exact=True).click()
    household.see(page)
    page.locator("input[name=code]").fill(recovery[0])
    page.locator("form:has(input[name=code]) button[type=submit]").first.click()
    # A browser may be trusted from here on, or not.
    household.see(page)
    if page.url.endswith("/trust/"):
        page.get_by_role("button").filter(has_text="Don't").click()
    expect(page.get_by_role("link", name=re.compile("^Billing"))).to_be_visible()


def _code(secret: str) -> str:
    counters = list(totp.yield_hotp_counters_from_time())
    counter = counters[len(counters) // 2]
    return str(totp.format_hotp_value(totp.hotp_value(secret, counter)))
