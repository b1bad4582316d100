"""Secrets that go out in links, and signed marks that come back in forms."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from django.utils.translation import gettext

from counterfoil.core import errors, keyring

SECRET_BYTES: Final = 20
MAC_BYTES: Final = 16
NONCE_BYTES: Final = 16
SIGNING_SECRET: Final = "link_signing"  # noqa: S105 - its name in the key ring


class BadToken(errors.Refused):
    """A signed mark is not ours, is for something else, or was changed."""

    code = "bad_token"


@dataclass(frozen=True, slots=True)
class FormToken:
    """What a form's one-time token says: the key that a submit is known by, and when the form was made."""

    key: str
    issued_at: datetime


def new_secret() -> str:
    """Return a fresh secret of 160 bits in base64url, 27 characters. Store only its `digest`."""
    return _text(secrets.token_bytes(SECRET_BYTES))


def digest(secret: str) -> bytes:
    """Return the SHA-256 of a secret: what is stored and looked up. Fast is safe here: 160 random bits."""
    return hashlib.sha256(secret.encode()).digest()


def sign(value: str, *, purpose: str) -> str:
    """Return `value` with a mark that only this installation can make, good for `purpose` alone.

    The value can be read by anybody; it cannot be changed.
    """
    return f"{value}.{_mac(purpose, value)}"


def unsign(token: str, *, purpose: str) -> str:
    """Return the value that `sign` was given for the same purpose.

    :raises BadToken: anything else.
    """
    value, _, mac = token.rpartition(".")
    if not hmac.compare_digest(mac.encode(), _mac(purpose, value).encode()):
        raise BadToken(gettext("This page is out of date. Please open it again."))
    return value


def form_key(*, purpose: str, subject: str, issued_at: datetime) -> str:
    """Return a fresh one-time token for a form: its key makes two clicks on one form one payment.

    `purpose` names the form, `subject` who it was made for (a session or a login), so that a token copied
    from another person's page is refused.
    """
    nonce = _text(secrets.token_bytes(NONCE_BYTES))
    return sign(f"{nonce}.{int(issued_at.timestamp())}", purpose=f"form:{purpose}:{subject}")


def read_form_key(token: str, *, purpose: str, subject: str) -> FormToken:
    """Return what a form's token says.

    :raises BadToken: it was not made by `form_key` for this purpose and subject.
    """
    value = unsign(token, purpose=f"form:{purpose}:{subject}")
    nonce, _, seconds = value.partition(".")
    return FormToken(key=nonce, issued_at=datetime.fromtimestamp(int(seconds), tz=UTC))


def _mac(purpose: str, value: str) -> str:
    # Length first: ("a", "b:c") and ("a:b", "c") must not give the same bytes.
    text = f"{len(purpose)}:{purpose}:{value}".encode()
    full = hmac.new(keyring.current().secret(SIGNING_SECRET), text, hashlib.sha256).digest()
    return _text(full[:MAC_BYTES])


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
