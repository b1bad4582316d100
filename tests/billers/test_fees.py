"""Whom a biller may ask for a fee, and who may ask for none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from counterfoil.billers import fees, settings
from counterfoil.billers.queries import BillerRow
from counterfoil.billers.settings import PaymentSettings, PortalSettings
from counterfoil.core import errors

BASIS = "Lease, section 9; approved by Dana Cole"


@pytest.fixture
def biller() -> BillerRow:
    return BillerRow(
        id=1,
        public_id="blr_1",
        key="maple-court",
        name="Maple Court",
        legal_name="Maple Court LLC",
        organization_name="Maple Senior Living",
        zone="America/Chicago",
        currency="USD",
        phone="(555) 555-0142",
        email="billing@example.test",
        hue=215,
        collector_mode=False,
        closed_through=None,
        address_lines=(),
        portal=PortalSettings(),
        payments=PaymentSettings(),
        kinds=frozenset({"bank", "card", "wallet"}),
    )


def priced(biller: BillerRow, **changes: object) -> BillerRow:
    payments = settings.changed("payments", biller.payments, changes)
    assert isinstance(payments, PaymentSettings)
    return replace(biller, payments=payments)


def test_nothing_costs_a_fee_unless_it_is_set(biller: BillerRow) -> None:
    assert fees.by_kind(biller=biller) == {}


def test_cards_cost_a_fee_and_a_bank_account_never(biller: BillerRow) -> None:
    assert fees.by_kind(biller=priced(biller, card_fee_minor=295)) == {"bank": 0, "card": 295, "wallet": 0}


def test_where_no_bank_account_is_taken_nothing_would_be_free_so_nothing_costs_a_fee(
    biller: BillerRow,
) -> None:
    only_cards = replace(priced(biller, card_fee_minor=295), kinds=frozenset({"card"}))
    assert fees.by_kind(biller=only_cards) == {}


def test_a_wallet_needs_its_providers_permission(biller: BillerRow) -> None:
    permitted = priced(biller, wallet_fee_minor=100, wallet_fee_permission="PayPal, letter of May 4")
    assert fees.of(biller=permitted, kind="wallet") == 100
    for missing in ("", "  "):
        with pytest.raises(errors.Invalid, match="unless its provider permits it") as refused:
            priced(permitted, wallet_fee_permission=missing)
        assert refused.value.field == "wallet_fee_minor"


@pytest.mark.parametrize("name", ["card_fee_minor", "wallet_fee_minor"])
@pytest.mark.parametrize("minor", [-1, 2_501])
def test_a_fee_is_no_more_than_twenty_five_dollars(biller: BillerRow, name: str, minor: int) -> None:
    with pytest.raises(errors.Invalid, match=r"Between \$0\.00 and \$25\.00") as refused:
        priced(biller, **{name: minor, "wallet_fee_permission": "PayPal"})
    assert refused.value.field == name


def test_a_percentage_cannot_be_set(biller: BillerRow) -> None:
    with pytest.raises(errors.Invalid):
        priced(biller, card_fee_percent=3)
    with pytest.raises(errors.Invalid):
        priced(biller, card_fee_minor=2.9)


def test_a_collector_without_a_basis_takes_no_fee_and_can_set_none(biller: BillerRow) -> None:
    collector = replace(biller, collector_mode=True)
    wanted = priced(collector, card_fee_minor=295)
    assert fees.of(biller=wanted, kind="card") == 0
    with pytest.raises(errors.Invalid, match="without its basis") as refused:
        fees.demand_basis(biller=collector, document=wanted.payments)
    assert refused.value.field == "card_fee_minor"
    based = priced(wanted, fee_basis=BASIS)
    fees.demand_basis(biller=collector, document=based.payments)
    assert fees.of(biller=based, kind="card") == 295
