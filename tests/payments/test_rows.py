"""What a payment pays, a row an invoice, however many parts it has there."""

from __future__ import annotations

from counterfoil.payments.rows import ShareRow, by_invoice


def share(invoice_id: int, amount_minor: int, *, is_released: bool = False) -> ShareRow:
    number = f"INV-{invoice_id}"
    return ShareRow(invoice_id, f"inv_{invoice_id}", number, amount_minor, 0, True, is_released)


def amounts(*shares: ShareRow) -> list[tuple[int, int, bool]]:
    return [(row.invoice_id, row.amount_minor, row.is_released) for row in by_invoice(shares)]


def test_what_is_left_of_a_part_that_was_given_back() -> None:
    """$1,250.00 of $3,200.00 was given back; the other bill is as it was."""
    given, left, other = share(1, 320_000, is_released=True), share(1, 195_000), share(2, 5_000)
    assert amounts(given, other, left) == [(1, 195_000, False), (2, 5_000, False)]


def test_parts_that_credit_added_count_together() -> None:
    assert amounts(share(1, 5_000), share(1, 2_500)) == [(1, 7_500, False)]
    assert amounts(share(1, 5_000, is_released=True), share(1, 2_500), share(1, 100)) == [(1, 2_600, False)]


def test_where_it_pays_nothing_any_more_it_is_what_it_paid_last() -> None:
    first, last = share(1, 320_000, is_released=True), share(1, 195_000, is_released=True)
    assert amounts(first, last) == [(1, 195_000, True)]
    assert amounts() == []
