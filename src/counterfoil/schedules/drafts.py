"""What autopay is to do, before it is stored. Plain values."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrollmentTerms:
    """The choices of an enrollment. `account_id` empty: all accounts of the payer at the biller.

    `amount_minor` is the fixed amount or the cap; `day` counts with `day_of_month`; the `tell_` amounts with `range`.
    """

    payer_id: int
    account_id: int | None
    method_id: int
    rule: str
    amount_minor: int | None
    day_rule: str
    day: int | None
    tell_rule: str
    tell_above_minor: int | None
    tell_change_minor: int | None
