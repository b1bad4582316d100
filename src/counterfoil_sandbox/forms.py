"""The hosted fields: what is asked, how it is read (forgivingly), what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from counterfoil_sandbox import errors, magic, merchants, store, tokens

CHOICES = {"account_kind": ("checking", "savings"), "holder_kind": ("personal", "business")}
FIELDS = {
    "card": ("number", "exp", "cvc", "zip"),
    "bank": ("name", "routing", "account", "account_confirm", "account_kind", "holder_kind", "mine"),
}
# autocomplete, inputmode, longest
INPUTS = {
    "number": ("cc-number", "numeric", 24),
    "exp": ("cc-exp", "numeric", 9),
    "cvc": ("cc-csc", "numeric", 4),
    "zip": ("postal-code", "text", 10),
    "name": ("name", "text", 80),
    "routing": ("off", "numeric", 14),
    "account": ("off", "numeric", 24),
    "account_confirm": ("off", "numeric", 24),
}
HINTS = ("exp", "cvc", "routing")
# A security code is not shown again, not even to whom typed it.
ECHOED_NEVER = ("cvc",)


@dataclass(frozen=True, slots=True)
class Outcome:
    """A token, or what is wrong: pairs of field and key of the message."""

    token: str
    errors: tuple[tuple[str, str], ...]


def _digits(value: str) -> str:
    return re.sub(r"[\s-]", "", value)


def _expiry(value: str) -> tuple[int, int] | None:
    found = re.fullmatch(r"\s*(\d{1,2})\s*[/ .-]?\s*(20)?(\d{2})\s*", value)
    if not found or not 1 <= int(found[1]) <= 12:
        return None
    return 2000 + int(found[3]), int(found[1])


def _card_errors(values: Mapping[str, str], now: datetime) -> list[tuple[str, str]]:
    wrong = []
    number, expiry = _digits(values.get("number", "")), _expiry(values.get("exp", ""))
    if not number:
        wrong.append(("number", "e_required"))
    elif not (number.isdigit() and 12 <= len(number) <= 19 and magic.luhn_ok(number)):
        wrong.append(("number", "e_number"))
    elif magic.find_card(number) is None:
        wrong.append(("number", "e_not_test"))
    if expiry is None:
        wrong.append(("exp", "e_exp"))
    elif expiry < (now.year, now.month):
        wrong.append(("exp", "e_expired"))
    if not re.fullmatch(r"\d{3,4}", values.get("cvc", "").strip()):
        wrong.append(("cvc", "e_cvc"))
    if not re.fullmatch(r"\d{5}(-?\d{4})?", values.get("zip", "").strip()):
        wrong.append(("zip", "e_zip"))
    return wrong


def _bank_errors(values: Mapping[str, str]) -> list[tuple[str, str]]:
    wrong = []
    account = _digits(values.get("account", ""))
    if not values.get("name", "").strip():
        wrong.append(("name", "e_required"))
    if not magic.routing_ok(_digits(values.get("routing", ""))):
        wrong.append(("routing", "e_routing"))
    if not re.fullmatch(r"\d{4,17}", account):
        wrong.append(("account", "e_account"))
    elif _digits(values.get("account_confirm", "")) != account:
        wrong.append(("account_confirm", "e_confirm"))
    wrong += [(name, "e_choose") for name, offered in CHOICES.items() if values.get(name) not in offered]
    if values.get("mine") not in ("yes", "true", "on"):
        wrong.append(("mine", "e_mine"))
    return wrong


def keep(
    db: store.Connection, merchant: merchants.Merchant, kind: str, values: Mapping[str, str], *, now: datetime
) -> Outcome:
    """Check what was typed and keep it as a token. The numbers go no further than here."""
    if kind == "card":
        wrong = _card_errors(values, now)
        expiry = _expiry(values.get("exp", ""))
        if wrong or expiry is None:
            return Outcome("", tuple(wrong))
        number = _digits(values["number"])
        return Outcome(tokens.card(db, merchant, number=number, year=expiry[0], month=expiry[1], now=now), ())
    if kind != "bank":
        raise errors.ApiError(404, "no_such_page", "There are fields for cards and bank accounts only.")
    wrong = _bank_errors(values)
    if wrong:
        return Outcome("", tuple(wrong))
    about = {
        "account_kind": values["account_kind"],
        "holder_kind": values["holder_kind"],
        "holder_name": " ".join(values["name"].split())[:80],
    }
    routing, account = _digits(values["routing"]), _digits(values["account"])
    return Outcome(tokens.bank(db, merchant, routing=routing, account=account, about=about, now=now), ())
