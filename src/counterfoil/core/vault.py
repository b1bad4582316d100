"""Encryption of what must not be readable in the database.

Bank numbers, gateway credentials, webhook secrets.

AES-256-GCM. The sealed text carries its key's id, and is bound to one table, column and row: copied into
another
place it does not open.
"""

from __future__ import annotations

import base64
import binascii
import os
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from counterfoil.core import errors, keyring

VERSION: Final = "v1"
NONCE_BYTES: Final = 12


class SealBroken(errors.CounterfoilError):
    """A sealed text was changed, or stands in another place than it was sealed for."""

    code = "seal_broken"


def seal(plain: bytes, *, table: str, column: str, row: str | int) -> str:
    """Encrypt `plain` for one table, column and row with the newest key; returns `v1.<key id>.<base64url>`.

    `row` is an id that exists before the row does (a public id), or the row's own key.
    """
    key = keyring.current().newest
    nonce = os.urandom(NONCE_BYTES)
    sealed = AESGCM(key.raw).encrypt(nonce, plain, _place(key.id, table, column, row))
    return f"{VERSION}.{key.id}.{base64.urlsafe_b64encode(nonce + sealed).decode()}"


def open(sealed: str, *, table: str, column: str, row: str | int) -> bytes:  # noqa: A001 - the pair of `seal`
    """Decrypt what `seal` made for the same table, column and row.

    :raises SealBroken: it was changed, or was sealed for another place.
    :raises keyring.KeyRingError: its key is no longer in the ring.
    """
    version, _, rest = sealed.partition(".")
    key_id, _, body = rest.partition(".")
    if version != VERSION or not body:
        raise SealBroken("not a sealed text")
    key = keyring.current().key(key_id)
    try:
        raw = base64.b64decode(body.encode(), altchars=b"-_", validate=True)
        nonce, box = raw[:NONCE_BYTES], raw[NONCE_BYTES:]
        return AESGCM(key.raw).decrypt(nonce, box, _place(key.id, table, column, row))
    except (InvalidTag, binascii.Error, ValueError):
        raise SealBroken(f"a sealed text in {table}.{column} does not open") from None


def is_current(sealed: str) -> bool:
    """Tell whether a text is sealed with the newest key; one that is not is sealed anew after a rotation."""
    return sealed.startswith(f"{VERSION}.{keyring.current().newest.id}.")


def _place(key_id: str, table: str, column: str, row: str | int) -> bytes:
    return "\x1f".join((VERSION, key_id, table, column, str(row))).encode()
