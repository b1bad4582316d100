"""Who comes in: one biller or several, second factors, roles, and the keys that lead about."""

from __future__ import annotations

from django.conf import settings as django_settings
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from counterfoil.identity import permissions
from tests.factories import people, signed_in
from tests.factories.world import World


def test_one_biller_is_entered_at_once(world: World, desk: Client) -> None:
    answer = desk.get("/desk/", follow=True)
    assert answer.redirect_chain[-1][0] == f"/desk/{world.key}/accounts/"


def test_several_billers_are_chosen_from_and_changed_over(world: World) -> None:
    other = people.Community("Oak Hill")
    third = people.Community("Not Theirs")
    client = signed_in.staff(world.biller_id, other.id, now=world.now)
    choice = client.get("/desk/").content.decode()
    assert "Maple Court" in choice
    assert "Oak Hill" in choice
    page = client.get(f"/desk/{world.key}/accounts/").content.decode()
    assert f"/desk/{other.key}/accounts/" in page
    assert "Not Theirs" not in page
    assert client.get(f"/desk/{third.key}/accounts/").status_code == 404


def test_what_belongs_to_another_of_ones_billers_is_not_found_at_this_one(world: World) -> None:
    other = people.Community("Oak Hill")
    client = signed_in.staff(world.biller_id, other.id, now=world.now)
    theirs = other.add_account("Oscar Oak")
    invoice = world.invoice()
    assert client.get(reverse("desk-account", args=[other.key, theirs.public_id])).status_code == 200
    assert client.get(reverse("desk-account", args=[world.key, theirs.public_id])).status_code == 404
    assert client.get(reverse("desk-invoice", args=[other.key, invoice.public_id])).status_code == 404
    assert client.get(reverse("desk-invoices", args=[other.key])).context["lines"] == []


def test_without_a_second_factor_where_one_is_required(
    world: World, desk: Client, settings: Settings
) -> None:
    assert "without a second factor" in desk.get(f"/desk/{world.key}/accounts/").content.decode()
    settings.COUNTERFOIL_MFA_REQUIRED = True
    answer = desk.get(f"/desk/{world.key}/accounts/")
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(reverse("mfa_activate_totp"))


def test_nobody_is_led_to_log_in_with_the_way_back(db: None) -> None:
    answer = Client().get("/desk/maple-court/invoices/?show=paid")
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(reverse(django_settings.LOGIN_URL))
    assert "next=" in answer.headers["Location"]


def test_a_viewer_sees_and_changes_nothing(world: World) -> None:
    viewer = signed_in.staff(world.biller_id, now=world.now, role=permissions.VIEWER)
    page = viewer.get(f"/desk/{world.key}/accounts/").content.decode()
    assert "Connect Center" not in page
    assert viewer.get(f"/desk/{world.key}/connect-center/access/").status_code == 404


def test_the_sheet_of_shortcuts_lists_the_places(world: World, desk: Client) -> None:
    page = desk.get(f"/desk/{world.key}/accounts/").content.decode()
    for key in "auipdc":
        assert f'data-desk-key="{key}"' in page


def test_every_page_has_a_title_and_no_inline_style_or_script(world: World, desk: Client) -> None:
    page = desk.get(f"/desk/{world.key}/accounts/").content.decode()
    assert "<title>Accounts · Maple Court</title>" in page
    assert " style=" not in page
    assert "<script>" not in page


def test_a_second_factor_is_set_up_right_after_signing_in(world: World, settings: Settings) -> None:
    settings.COUNTERFOIL_MFA_REQUIRED = True
    signed_in.staff(world.biller_id, now=world.now, email="sam@example.test")
    client = Client()
    client.post(reverse("account_login"), {"login": "sam@example.test", "password": signed_in.PASSWORD})
    # The password was given a moment ago: it is not asked for again.
    assert client.get(reverse("mfa_activate_totp")).status_code == 200
