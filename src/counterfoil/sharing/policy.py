"""What a share comes to. Pure: totals in, minor units out, exact to the cent."""

from __future__ import annotations

WHOLE_BP = 10_000


def part_of(
    *, total_minor: int, free_minor: int, percent_bp: int, amount_minor: int, taken_bp: int = 0
) -> int:
    """Return what one more share of an invoice comes to, in minor units, never more than nobody took yet.

    A percentage is of the invoice's total, rounded so that percentages that make a hundred make the total: the
    share runs from where the shares before it (`taken_bp`) end. `free_minor`: open, on nobody's way and not taken.
    """
    wanted = amount_minor
    if percent_bp:
        wanted = _rounded(total_minor, taken_bp + percent_bp) - _rounded(total_minor, taken_bp)
    return max(0, min(wanted, free_minor))


def _rounded(total_minor: int, percent_bp: int) -> int:
    """Return so many hundredths of a percent of an amount, half a cent up."""
    return (total_minor * percent_bp * 2 + WHOLE_BP) // (WHOLE_BP * 2)
