from __future__ import annotations

import pytest

from counterfoil.billers import brand, settings
from counterfoil.billers.settings import PaymentSettings, PortalSettings
from counterfoil.core import errors


def test_what_was_never_set_has_its_preset() -> None:
    assert settings.read("portal", {}) == PortalSettings()
    assert settings.read("payments", {"min_card_minor": 0}) == PaymentSettings(min_card_minor=0)


def test_a_document_of_another_version_still_opens() -> None:
    assert settings.read("portal", {"gone_since": 1, "portal_on": False}) == PortalSettings(portal_on=False)


@pytest.mark.parametrize(
    ("section", "changes", "field"),
    [
        ("portal", {"portal_on": "yes"}, "portal_on"),
        ("payments", {"paid_after_bank_days": True}, "paid_after_bank_days"),
        ("payments", {"paid_after_bank_days": 61}, "paid_after_bank_days"),
        ("payments", {"min_card_minor": -1}, "min_card_minor"),
        ("portal", {"no_such": True}, "no_such"),
    ],
)
def test_what_cannot_be_is_refused_by_name(section: str, changes: dict[str, object], field: str) -> None:
    with pytest.raises(errors.Invalid) as refused:
        settings.changed(section, settings.read(section, {}), changes)
    assert refused.value.field == field


def test_the_address_of_the_colours_changes_with_them() -> None:
    assert brand.css_path(key="maple-court", hue=10) != brand.css_path(key="maple-court", hue=11)
