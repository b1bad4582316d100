"""Public ids: a prefix that says what it is, and 20 base58 characters that nobody can guess."""

from __future__ import annotations

import secrets
from typing import Final

ALPHABET: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
LENGTH: Final = 20
# 232 is the last whole multiple of 58 in a byte: what lies above would favor the first letters.
_LETTER_OF: Final = bytes(ord(ALPHABET[byte % 58]) for byte in range(256))
_UNEVEN: Final = bytes(range(232, 256))
PREFIXES: Final = {
    "organization": "org",
    "biller": "blr",
    "connection": "con",
    "login": "lgn",
    "account": "acc",
    "payer": "pyr",
    "invitation": "ivt",
    "invoice": "inv",
    "method": "mth",
    "authorization": "aut",
    "payment": "pay",
    "refund": "rfd",
    "share": "shr",
    "helper": "hlp",
    "scheduled": "sch",
    "enrollment": "enr",
    "notice": "ntc",
    "file": "fil",
    "import": "imp",
    "request": "req",
}


def new(kind: str) -> str:
    """Return a fresh public id of `kind`, such as `pay_...`. 117 bits of randomness.

    :raises KeyError: `kind` has no prefix.
    """
    return f"{PREFIXES[kind]}_{''.join(secrets.choice(ALPHABET) for _ in range(LENGTH))}"


def new_many(kind: str, count: int) -> list[str]:
    """Return `count` fresh public ids, many times cheaper than calling `new` for each."""
    prefix = PREFIXES[kind]
    letters = secrets.token_bytes(LENGTH * count * 5 // 4 + 64).translate(_LETTER_OF, _UNEVEN).decode()
    if len(letters) < LENGTH * count:
        return [new(kind) for _ in range(count)]
    return [f"{prefix}_{letters[i * LENGTH : (i + 1) * LENGTH]}" for i in range(count)]
