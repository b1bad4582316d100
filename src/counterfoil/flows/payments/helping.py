"""A helper pays for somebody: held to the access that was given, at the review and again under the lock of birth.

How it fails: two tabs, or two phones, each within the limit and together above it (the account is locked, and the
total is summed under that lock); the access ended or its day over between review and Submit (read fresh under the
lock); a method that the payer did not name (compared here); money beyond what is owed (no prepayment by a helper).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _

from counterfoil.core import errors, format as formats
from counterfoil.core.actor import WORKER, Actor
from counterfoil.flows.payments.orders import PayOrder
from counterfoil.payments import queries as payment_queries
from counterfoil.sharing import queries as sharing_queries
from counterfoil.sharing.queries import HelperRow

ORIGIN: Final = "helper"
"""What the payments of helpers say of where they come from."""


@dataclass(frozen=True, slots=True)
class Helping:
    """An access and what was paid under it so far, fees included, in minor units; `serves` is false once it is over."""

    row: HelperRow
    used_minor: int
    serves: bool

    @property
    def left_minor(self) -> int:
        """The most that the next payment may be."""
        row = self.row
        if not row.may_pay or not self.serves:
            return 0
        return max(0, min(row.limit_minor or 0, (row.total_minor or 0) - self.used_minor))

    def check(self, *, order: PayOrder, amount_minor: int, fee_minor: int, prepaid_minor: int) -> None:
        """Refuse what the access does not cover; the fee counts in its limits.

        :raises errors.Stale: it has ended, or its day is over.
        :raises errors.Invalid: another method than the one that was named, more than the limits, or than is owed.
        """
        row = self.row
        if not self.serves or not row.may_pay:
            raise errors.Stale(_("This access has ended. Nothing was paid."))
        is_named = order.payer_id == row.payer_id and order.method_ref == row.method_ref
        is_own = order.payer_id == row.helper_id and row.method_ref is None
        if order.account_id != row.account_id or not (is_named or is_own):
            raise errors.Invalid(_("Choose a payment method that you may use here."), field="method")
        if prepaid_minor:
            raise errors.Invalid(_("Pay no more than is owed."), field="amount")
        if amount_minor + fee_minor > self.left_minor:
            most = formats.money(self.left_minor, row.currency, order.locale)
            message = _("You may pay %(most)s at most.") % {"most": most}
            if fee_minor:
                fee = formats.money(fee_minor, row.currency, order.locale)
                message = _("You may pay %(most)s at most, the fee of %(fee)s included.") % {
                    "most": most,
                    "fee": fee,
                }
            raise errors.Invalid(message, field="amount")


def scope_of(ref: str) -> str:
    """Return the scope under which the payments of one access are kept: what was used is their sum."""
    return f"helper:{ref}"


def find(*, actor: Actor, now: datetime) -> Helping | None:
    """Return the access that the actor acts under; None for who acts for themselves. No query for those.

    :raises errors.NotFound: there is no such access.
    """
    if not actor.helper_ref:
        return None
    row = sharing_queries.list_helpers_by_refs(actor=WORKER, refs=[actor.helper_ref]).get(actor.helper_ref)
    if row is None:
        raise errors.NotFound("helper")
    used = payment_queries.sum_scope(biller_id=row.biller_id, scope_name=scope_of(row.public_id))
    return Helping(row, used, row.is_active(now))


def pair(helping: Helping | None, order: PayOrder) -> tuple[int, int]:
    """Return whose sum an order pays: `(account id, payer id)`. A helper's is the payer's who gave the access."""
    return order.account_id, order.payer_id if helping is None else helping.row.payer_id


def demand_scope(*, actor: Actor, scopes: Sequence[str]) -> None:
    """Refuse to bear payments of a helper that its total would not count; a slip of ours, not of a person.

    :raises ValueError: another scope, or more than one payment at a time.
    """
    if actor.helper_ref and list(scopes) != [scope_of(actor.helper_ref)]:
        raise ValueError("a helper pays one at a time, under its own scope")
