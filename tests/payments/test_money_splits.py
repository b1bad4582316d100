"""Splitting money loses no cent and makes none, whatever the figures."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, strategies as st

from counterfoil.billers.queries import BillerRow
from counterfoil.billers.settings import PaymentSettings, PortalSettings
from counterfoil.core import errors, money
from counterfoil.flows.payments import orders, quote
from counterfoil.flows.payments.facts import Facts
from counterfoil.flows.payments.orders import Mode, PayOrder
from counterfoil.invoices.queries import InvoiceRow
from counterfoil.methods.queries import MethodRow
from counterfoil.payers.rows import AccountRow, PayerRow

TODAY = date(2026, 11, 20)


@given(st.integers(0, 10**12), st.lists(st.integers(0, 10**9), min_size=1, max_size=40).filter(sum))
def test_shares_sum_to_the_whole(total: int, weights: list[int]) -> None:
    parts = money.allocate(total, weights)
    assert sum(parts) == total
    assert all(
        abs(part - total * weight / sum(weights)) < 1.001 for part, weight in zip(parts, weights, strict=True)
    )
    assert all(part == 0 for part, weight in zip(parts, weights, strict=True) if not weight)


@given(st.integers(1, 10**9), st.integers(1, 60))
def test_equal_parts_differ_by_a_cent_at_most(total: int, count: int) -> None:
    parts = [part.minor for part in money.Money(total).split(count)]
    assert sum(parts) == total
    assert max(parts) - min(parts) <= 1
    assert parts == sorted(parts, reverse=True)


@pytest.mark.parametrize("weights", [[], [0], [0, 0], [3, -1]])
def test_weights_that_mean_nothing(weights: list[int]) -> None:
    with pytest.raises(ValueError, match=r"weights|empty"):
        money.allocate(100, weights)


def blank(row: type, /, **values: object) -> object:
    """A row with what counts here; the rest is empty."""
    fields = dict.fromkeys(row.__dataclass_fields__, "")
    return row(**{**fields, **values})


def invoice(number: int, total: int, opened: int, pending: int) -> InvoiceRow:
    return blank(
        InvoiceRow, id=number, public_id=f"inv_{number}", number=f"{number}", status="open", currency="USD",
        total_minor=total, open_minor=opened, pending_minor=pending, due_on=TODAY,
    )  # type: ignore[return-value] # fmt: skip


def facts(invoices: list[InvoiceRow], *, ahead: int, credit: int, fee: int = 0) -> Facts:
    paying = PaymentSettings(card_fee_minor=fee)
    return Facts(
        biller=blank(
            BillerRow,
            id=1,
            currency="USD",
            portal=PortalSettings(),
            payments=paying,
            kinds=frozenset({"bank", "card"}),
            collector_mode=False,
        ),  # type: ignore[arg-type]
        payer=blank(PayerRow, id=20, biller_id=1, name="Eleanor"),  # type: ignore[arg-type]
        account=blank(AccountRow, id=10, biller_id=1, holder_name="Eleanor"),  # type: ignore[arg-type]
        found_method=blank(
            MethodRow, id=5, public_id="mth_1", payer_id=20, kind="card", status="active", is_connected=True
        ),  # type: ignore[arg-type]
        invoices=tuple(invoices),
        pending_minor=sum(i.pending_minor for i in invoices) + ahead,
        credit_minor=credit,
        prepayment_allowed=True,
        paid_after_bank_days=4,
        min_card_minor=0,
        today=TODAY,
        is_open=True,
        return_window_days=60,
    )


bills = st.lists(
    st.integers(1, 500_000).flatmap(
        lambda total: st.integers(1, total).flatmap(
            lambda opened: st.tuples(st.just(total), st.just(opened), st.integers(0, opened))
        )
    ),
    min_size=1,
    max_size=12,
)


@given(bills, st.integers(0, 300_000), st.integers(0, 300_000))
def test_paying_outstanding_spreads_exactly_the_one_sum(
    figures: list[tuple[int, int, int]], ahead: int, credit: int
) -> None:
    rows = [invoice(number, *each) for number, each in enumerate(figures, start=1)]
    known = facts(rows, ahead=ahead, credit=credit)
    order = PayOrder(20, 10, "mth_1", Mode.OUTSTANDING)
    right = max(0, sum(opened - pending for _, opened, pending in figures) - ahead - credit)
    if not right:
        with pytest.raises(errors.Stale):
            quote.make(facts=known, order=order)
        return
    made = quote.make(facts=known, order=order)
    assert made.amount_minor == right == sum(share.amount_minor for share in made.shares)
    by_id = {row.id: row for row in rows}
    assert all(0 < share.amount_minor <= by_id[share.invoice_id].payable_minor for share in made.shares)
    assert quote.make(facts=known, order=order).digest == made.digest


@given(bills, st.data())
def test_chosen_amounts_are_charged_as_typed(
    figures: list[tuple[int, int, int]], data: st.DataObject
) -> None:
    rows = [invoice(number, *each) for number, each in enumerate(figures, start=1)]
    payable = [row for row in rows if row.payable_minor]
    amounts = tuple((row.public_id, data.draw(st.integers(1, 600_000))) for row in payable)
    order = PayOrder(20, 10, "mth_1", Mode.INVOICES, amounts)
    if not amounts:
        with pytest.raises(errors.Invalid, match="Choose at least one"):
            quote.make(facts=facts(rows, ahead=0, credit=0), order=order)
        return
    made = quote.make(facts=facts(rows, ahead=0, credit=0), order=order)
    assert made.amount_minor == sum(amount for _, amount in amounts)
    assert made.prepaid_minor == sum(
        max(0, amount - row.payable_minor) for row, (_, amount) in zip(payable, amounts, strict=True)
    )
    other = replace(order, amounts=((amounts[0][0], amounts[0][1] + 1), *amounts[1:]))
    assert quote.make(facts=facts(rows, ahead=0, credit=0), order=other).digest != made.digest


@given(bills, st.integers(0, 2_500), st.integers(0, 5_000) | st.none())
def test_a_fee_is_on_top_and_changes_nothing_that_is_paid(
    figures: list[tuple[int, int, int]], fee: int, most: int | None
) -> None:
    rows = [invoice(number, *each) for number, each in enumerate(figures, start=1)]
    if not any(row.payable_minor for row in rows):
        return
    order = PayOrder(20, 10, "mth_1", Mode.OUTSTANDING, most_fee_minor=most)
    free = quote.make(facts=facts(rows, ahead=0, credit=0), order=order)
    made = quote.make(facts=facts(rows, ahead=0, credit=0, fee=fee), order=order)
    assert (made.shares, made.amount_minor, made.prepaid_minor) == (free.shares, free.amount_minor, 0)
    assert made.fee_minor == (fee if most is None else min(fee, most))
    assert made.total_minor == free.amount_minor + made.fee_minor
    assert (made.digest == free.digest) == (made.fee_minor == 0)
    assert orders.fee_of(made.digest) == made.fee_minor
