"""Where the money of a refund is taken from: credit that is left over first, then what was paid last."""

from __future__ import annotations

from hypothesis import given, strategies as st

from counterfoil.flows.refunds import plan as plans
from counterfoil.flows.refunds.plan import Part, Plan, Taken

# A payment of $500.00: $300.00 for November, $150.00 for December, $50.00 left over.
NOVEMBER, DECEMBER = Part(1, 11, "payment", 30_000), Part(2, 12, "payment", 15_000)
PARTS = [NOVEMBER, DECEMBER]


def make(amount_minor: int, *, fee_minor: int = 0) -> Plan:
    return plans.make(amount_minor=amount_minor, fee_minor=fee_minor, left_over_minor=5_000, parts=PARTS)


def test_what_is_left_over_goes_first() -> None:
    assert make(3_000) == Plan(3_000, (), 0)


def test_then_what_it_paid_last() -> None:
    """$120.00: the $50.00 that are left over, and $70.00 of December, of which $80.00 stay paid."""
    assert make(12_000) == Plan(5_000, (Taken(2, 12, "payment", 7_000, 8_000),), 0)


def test_all_of_it_with_its_fee() -> None:
    whole = make(50_000, fee_minor=295)
    assert whole.invoices == (Taken(2, 12, "payment", 15_000, 0), Taken(1, 11, "payment", 30_000, 0))
    assert (whole.amount_minor, whole.total_minor) == (50_000, 50_295)


def test_another_plan_has_another_digest() -> None:
    digests = {make(amount, fee_minor=fee).digest for amount in range(1_000, 50_000, 999) for fee in (0, 295)}
    assert len(digests) == 2 * len(range(1_000, 50_000, 999))


@given(
    left_over=st.integers(0, 10_000),
    amounts=st.lists(st.integers(1, 10_000), max_size=6),
    share=st.floats(0, 1),
)
def test_it_takes_what_was_asked_and_nothing_below_zero(
    left_over: int, amounts: list[int], share: float
) -> None:
    parts = [Part(i, 100 + i, "payment", amount) for i, amount in enumerate(amounts)]
    wanted = round((left_over + sum(amounts)) * share)
    made = plans.make(amount_minor=wanted, fee_minor=0, left_over_minor=left_over, parts=parts)
    assert made.amount_minor == wanted
    assert 0 <= made.credit_minor <= left_over
    for taken in made.invoices:
        assert taken.amount_minor + taken.rest_minor == amounts[taken.allocation_id]
        assert taken.amount_minor > 0 <= taken.rest_minor
