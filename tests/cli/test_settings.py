"""`counterfoil settings` as an operator uses it."""

from __future__ import annotations

import dataclasses
import io

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from counterfoil.audit.models import AuditEvent
from counterfoil.billers import queries as biller_queries, settings
from counterfoil.billers.models import Biller, BillerSettings
from counterfoil.cli import biller_settings
from tests.factories.people import Community


@pytest.fixture
def home(db: None) -> Community:
    return Community()


def run(home: Community, *changes: str) -> list[str]:
    out = io.StringIO()
    call_command("settings", home.key, *changes, stdout=out)
    return out.getvalue().splitlines()


def test_every_setting_has_a_line_of_its_own_in_the_documents() -> None:
    told = {(section, name) for section, about in biller_settings.ABOUT.items() for name in about}
    there = {
        (section, field.name)
        for section, kind in settings.SECTIONS.items()
        for field in dataclasses.fields(kind)
    }
    assert told == there


def test_all_are_shown_as_they_are_typed(home: Community) -> None:
    shown = run(home)
    assert "portal.sharing=on" in shown
    assert "portal.collection_days=" in shown
    assert "payments.min_card_minor=500" in shown
    assert "notices.overdue_3_days=21" in shown
    # What is shown can be typed, and changes nothing.
    assert run(home, *shown) == shown
    assert not BillerSettings.objects.filter(biller_id=home.id).exists()


def test_several_sections_are_changed_at_once_each_value_of_its_kind(home: Community) -> None:
    shown = run(
        home,
        "portal.schedule_payment=on",
        "portal.collection_days=5, 20",
        "payments.receipt_note=Thank you = gracias",
        "notices.due_soon_days=0",
    )
    biller = biller_queries.get(biller_id=home.id)
    assert (biller.portal.schedule_payment, biller.portal.collection_days) == (True, (5, 20))
    assert biller.payments.receipt_note == "Thank you = gracias"
    assert "portal.schedule_payment=on  (preset: off)" in shown
    assert "notices.due_soon_days=0  (preset: 3)" in shown
    changed = AuditEvent.objects.filter(biller_id=home.id, action="settings.changed")
    assert changed.count() == 3
    assert set(changed.values_list("actor_ref", flat=True)) == {"operator"}

    run(home, "portal.collection_days=")
    assert biller_queries.get(biller_id=home.id).portal.collection_days == ()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("portal.sharing", "portal.sharing says nothing to set: write SECTION.NAME=VALUE"),
        ("sharing=off", 'There is no section "sharing": they are portal, payments, notices'),
        ("portal.color=red", "There is no setting portal.color"),
        ("portal.sharing=maybe", 'portal.sharing is on or off, not "maybe"'),
        ("payments.min_card_minor=5.00", 'payments.min_card_minor is a whole number, not "5.00"'),
        ("payments.min_card_minor=", 'payments.min_card_minor is a whole number, not ""'),
        ("portal.collection_days=5;20", 'portal.collection_days is whole numbers .*, not "5;20"'),
        ("portal.collection_days=32", "portal.collection_days: Days of the month, from 1 to 31"),
        ("notices.from_hour=7", "notices.from_hour: Between 8 and 20"),
        ("portal.portal_on=on", "portal.portal_on is named twice"),
    ],
)
def test_what_cannot_be_is_refused_in_plain_words_and_nothing_is_changed(
    home: Community, change: str, says: str
) -> None:
    with pytest.raises(CommandError, match=says):
        run(home, "portal.portal_on=off", change)
    assert biller_queries.get(biller_id=home.id).portal.portal_on
    assert not BillerSettings.objects.filter(biller_id=home.id).exists()


@pytest.mark.django_db
def test_a_biller_that_is_not_there_is_said_so() -> None:
    with pytest.raises(CommandError, match="There is no biller nobody"):
        call_command("settings", "nobody")


def test_a_collector_that_has_no_basis_sets_no_fee_and_nothing_else_either(home: Community) -> None:
    Biller.objects.filter(pk=home.id).update(collector_mode=True)
    with pytest.raises(CommandError, match=r"^payments\.card_fee_minor: A collector takes no fee without"):
        run(home, "portal.sharing=off", "payments.card_fee_minor=295")
    assert not BillerSettings.objects.filter(biller_id=home.id).exists()
    shown = run(home, "payments.card_fee_minor=295", "payments.fee_basis=Lease 9, approved by Dana Cole")
    assert "payments.card_fee_minor=295  (preset: 0)" in shown
