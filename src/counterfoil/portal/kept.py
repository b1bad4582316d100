"""What was typed travels with the page, signed: no step of a window needs a session, and Back finds it again."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import Any

from counterfoil.core import tokens
from counterfoil.flows.payments.orders import Mode

ORDER, SITTING, AUTOPAY, METHOD, BACK = (
    "kept-order",
    "kept-sitting",
    "kept-autopay",
    "kept-method",
    "kept-back",
)


@dataclass(frozen=True, slots=True)
class KeptOrder:
    """What step 1 of Make a Payment was told. `key` is the form's one-time token: one intent, one payment.

    `pay_on` is the day of a payment on a later date (ISO; empty: today), `changes` the public id of the scheduled
    payment that this is a change of. `is_answered`: whoever has something set for the same invoices was asked what
    becomes of it; `cancels` are the public ids to cancel.
    """

    method_ref: str
    mode: Mode
    amounts: tuple[tuple[str, int], ...]
    key: str = ""
    pay_on: str = ""
    changes: str = ""
    is_answered: bool = False
    cancels: tuple[str, ...] = ()

    def text(self, *, subject: str) -> str:
        """Return it for an address, so that only `subject` can use it."""
        values = [
            self.method_ref, str(self.mode), [list(pair) for pair in self.amounts], self.key, self.pay_on,
            self.changes, self.is_answered, list(self.cancels),
        ]  # fmt: skip
        return _sign(values, f"{ORDER}:{subject}")


@dataclass(frozen=True, slots=True)
class KeptPart:
    """One payment of several in one sitting: for whom, the method, and its own one-time token.

    `amount_minor` in minor units where another amount was typed than what is outstanding.
    """

    payer_ref: str
    account_ref: str
    method_ref: str
    key: str = ""
    amount_minor: int = 0


@dataclass(frozen=True, slots=True)
class KeptAutopay:
    """What step 1 of autopay was told. `account_ref` empty: all accounts. `changes`: the autopay this changes."""

    account_ref: str
    method_ref: str
    rule: str
    amount_minor: int | None
    day_rule: str
    day: int | None
    tell_rule: str
    tell_above_minor: int | None
    tell_change_minor: int | None
    changes: str = ""

    def text(self, *, subject: str) -> str:
        """Return it for an address, so that only `subject` can use it."""
        return _sign(list(astuple(self)), f"{AUTOPAY}:{subject}")


def read_autopay(text: str, *, subject: str) -> KeptAutopay | None:
    """Return what `KeptAutopay.text` was made of; None for anything else."""
    values = _unsign(text, f"{AUTOPAY}:{subject}")
    return None if values is None else KeptAutopay(*values)


def read_order(text: str, *, subject: str) -> KeptOrder | None:
    """Return what `KeptOrder.text` was made of; None for anything else."""
    values = _unsign(text, f"{ORDER}:{subject}")
    if values is None:
        return None
    method_ref, mode, amounts, key, pay_on, changes, is_answered, cancels = values
    pairs = tuple((ref, minor) for ref, minor in amounts)
    return KeptOrder(method_ref, Mode(mode), pairs, key, pay_on, changes, is_answered, tuple(cancels))


def sitting_text(parts: Sequence[KeptPart], *, subject: str) -> str:
    """Return several payments for an address, so that only `subject` can use it."""
    values = [list(astuple(part)) for part in parts]
    return _sign(values, f"{SITTING}:{subject}")


def read_sitting(text: str, *, subject: str) -> tuple[KeptPart, ...]:
    """Return what `sitting_text` was made of; nothing for anything else."""
    values = _unsign(text, f"{SITTING}:{subject}")
    return tuple(KeptPart(*part) for part in values or ())


def method_text(values: dict[str, str], *, subject: str) -> str:
    """Return what was typed in Add Payment Method, for an address; never anything of the card or account."""
    return _sign(values, f"{METHOD}:{subject}")


def read_method(text: str, *, subject: str) -> dict[str, str]:
    """Return what `method_text` was made of; nothing for anything else."""
    values = _unsign(text, f"{METHOD}:{subject}")
    return values if isinstance(values, dict) else {}


def holds_method(text: str, *, subject: str) -> bool:
    """Tell whether `text` is what `method_text` made for this login, whatever was typed."""
    return _unsign(text, f"{METHOD}:{subject}") is not None


def read_back(text: str) -> str:
    """Return an address of ours that was signed for the way back; empty for anything else."""
    try:
        return tokens.unsign(text, purpose=BACK)
    except tokens.BadToken:
        return ""


def _sign(values: Any, purpose: str) -> str:
    # Compressed: two hundred invoices must fit into one address.
    raw = zlib.compress(json.dumps(values, separators=(",", ":")).encode(), 9)
    return tokens.sign(base64.urlsafe_b64encode(raw).rstrip(b"=").decode(), purpose=purpose)


def _unsign(text: str, purpose: str) -> Any:
    try:
        value = tokens.unsign(text, purpose=purpose)
    except tokens.BadToken:
        return None
    return json.loads(zlib.decompress(base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))))
