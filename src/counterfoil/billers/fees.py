"""The flat convenience fee of a biller: for which payments there is one, and when none may be set.

It is flat and the same for all cards (compliance FE-06), a bank account is always free (FE-07), a wallet costs nothing
without its provider's permission (FE-11), and a collector takes nothing without a stored basis (FE-01).
"""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext as _

from counterfoil.billers.queries import BillerRow
from counterfoil.billers.settings import PaymentSettings, Section
from counterfoil.core import errors

FREE: Final = "bank"


def of(*, biller: BillerRow, kind: str) -> int:
    """Return the fee for paying once, by choice, with this kind of method, in minor units; 0 where there is none.

    Where no bank account is taken, nothing would be free, so nothing costs a fee (FE-07).
    """
    paying = biller.payments
    if FREE not in biller.kinds or (biller.collector_mode and not paying.fee_basis.strip()):
        return 0
    if kind == "wallet":
        return paying.wallet_fee_minor if paying.wallet_fee_permission.strip() else 0
    return paying.card_fee_minor if kind == "card" else 0


def by_kind(*, biller: BillerRow) -> dict[str, int]:
    """Return the fee of each kind of method, in minor units; empty where nothing costs one."""
    found = {kind: of(biller=biller, kind=kind) for kind in sorted(biller.kinds)}
    return found if any(found.values()) else {}


def demand_basis(*, biller: BillerRow, document: Section) -> None:
    """Refuse a fee that a collector has no stored basis for (FE-01; 15 USC 1692f(1)).

    :raises errors.Invalid: on the fee that was set.
    """
    if not isinstance(document, PaymentSettings) or not biller.collector_mode:
        return
    if document.fee_basis.strip():
        return
    for name in ("card_fee_minor", "wallet_fee_minor"):
        if getattr(document, name):
            message = _(
                "A collector takes no fee without its basis: set fee_basis to the contract or the law first."
            )
            raise errors.Invalid(message, field=name, code="no_basis")
