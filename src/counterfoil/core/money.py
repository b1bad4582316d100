"""Money: integer minor units with a currency. No floats, no fractions of a cent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from counterfoil.core import errors


class CurrencyMismatch(errors.CounterfoilError):
    """Two amounts in different currencies were added or compared."""

    code = "currency_mismatch"


def allocate(total: int, weights: Sequence[int]) -> list[int]:
    """Split `total` minor units by `weights`, to the cent, by the largest remainder.

    The parts sum to `total`; equal remainders favor the earlier part.

    :raises ValueError: no weight, a negative weight, or weights that sum to zero.
    """
    whole = sum(weights)
    if whole <= 0 or min(weights) < 0:
        raise ValueError("weights must be non-negative and not all zero")
    parts = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: -(total * weights[i] % whole))
    for i in by_remainder[: total - sum(parts)]:
        parts[i] += 1
    return parts


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An amount in minor units of one currency."""

    minor: int
    currency: str = "USD"

    def _same(self, other: Money) -> None:
        if self.currency != other.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency}")

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.minor - other.minor, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __lt__(self, other: Money) -> bool:
        self._same(other)
        return self.minor < other.minor

    def __le__(self, other: Money) -> bool:
        self._same(other)
        return self.minor <= other.minor

    def split(self, count: int) -> list[Money]:
        """Return `count` parts as equal as cents allow; they sum to this amount."""
        return [Money(part, self.currency) for part in allocate(self.minor, [1] * count)]
