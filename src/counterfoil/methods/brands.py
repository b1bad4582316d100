"""The names of card brands as people know them; gateways have words of their own."""

from __future__ import annotations

from typing import Final

_NAMES: Final = {
    "visa": "Visa",
    "mastercard": "Mastercard",
    "amex": "American Express",
    "american_express": "American Express",
    "discover": "Discover",
    "diners": "Diners Club",
    "jcb": "JCB",
    "unionpay": "UnionPay",
}
# The one wallet there is; a practice gateway plays it.
WALLET: Final = "PayPal"


def name(brand: str) -> str:
    """Return the name that people know for a gateway's word."""
    return _NAMES.get(brand.lower(), brand.title())
