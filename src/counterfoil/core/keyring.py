"""The key ring: one file outside the database, readable by its owner alone.

It holds the encryption keys (the newest encrypts, all decrypt) and four named secrets. A ring made for a
demo is
marked, and a live installation refuses it.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import stat
import threading
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from counterfoil.core import errors

FORMAT: Final = 1
KEY_BYTES: Final = 32
SECRETS: Final = ("ssn_pepper", "link_signing", "document_seal", "audit_checkpoint")
MARKS: Final = ("demo", "live")


class KeyRingError(errors.CounterfoilError):
    """The key ring is missing, damaged, readable by others, or not for this installation."""

    code = "key_ring"


@dataclass(frozen=True, slots=True)
class Key:
    """One encryption key."""

    id: str
    created_at: str
    raw: bytes

    def __repr__(self) -> str:
        return f"Key(id={self.id!r})"


class KeyRing:
    """All keys of an installation, oldest first. Prints nothing secret."""

    def __init__(self, *, mark: str, keys: tuple[Key, ...], named: dict[str, bytes]) -> None:
        self.mark = mark
        self.keys = keys
        self._by_id = {key.id: key for key in keys}
        self._named = named

    def __repr__(self) -> str:
        return f"KeyRing(mark={self.mark!r}, keys={[key.id for key in self.keys]})"

    @property
    def newest(self) -> Key:
        """The key that encrypts."""
        return self.keys[-1]

    def key(self, key_id: str) -> Key:
        """Return the key with this id.

        :raises KeyRingError: the ring has no such key.
        """
        try:
            return self._by_id[key_id]
        except KeyError:
            raise KeyRingError(f"the key ring has no key {key_id}; was an old key removed?") from None

    def secret(self, name: str) -> bytes:
        """Return the named secret, one of `SECRETS`.

        :raises KeyRingError: the ring has no such secret.
        """
        try:
            return self._named[name]
        except KeyError:
            raise KeyRingError(f"the key ring has no secret {name}") from None


class _Loaded:
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.of: tuple[str, int, str] | None = None
        self.ring: KeyRing | None = None


_loaded = _Loaded()


def current() -> KeyRing:
    """Return this installation's ring, read again whenever the file has changed.

    :raises KeyRingError: the file is missing, damaged, readable by others, or not for this installation.
    """
    path = Path(settings.COUNTERFOIL_KEYS_FILE)
    try:
        changed = path.stat().st_mtime_ns
    except OSError:
        raise KeyRingError(f"no key ring at {path}; make one with: counterfoil keys new") from None
    of = (str(path), changed, settings.COUNTERFOIL_INSTALLATION)
    with _loaded.lock:
        if _loaded.ring is None or _loaded.of != of:
            _loaded.ring, _loaded.of = load(path, installation=settings.COUNTERFOIL_INSTALLATION), of
        return _loaded.ring


def load(path: Path, *, installation: str) -> KeyRing:
    """Read and check a ring for an installation, `demo` or `live`.

    :raises KeyRingError: any of what `check` finds.
    """
    problems = check(path, installation=installation)
    if problems:
        raise KeyRingError("; ".join(problems))
    return _parse(_read(path))


def check(path: Path, *, installation: str) -> list[str]:
    """Return what is wrong with the ring at `path`, in words for an operator; empty when all is well."""
    if not path.is_file():
        return [f"no key ring at {path}; make one with: counterfoil keys new"]
    problems = []
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        problems.append(f"{path} can be read by others; run: chmod 600 {path}")
    try:
        ring = _parse(_read(path))
    except KeyRingError as error:
        return [*problems, str(error)]
    if installation == "live" and ring.mark != "live":
        problems.append("this key ring was made for a demo; a live installation needs its own")
    problems += [f"secret {name} is missing" for name in SECRETS if not _has(ring, name)]
    return problems


def new(path: Path, *, installation: str, made_at: datetime) -> KeyRing:
    """Make a ring at `path`, with one key and every named secret, readable by its owner alone.

    :raises KeyRingError: a file is there already (a ring is never overwritten: what it sealed would be lost).
    """
    if installation not in MARKS:
        raise ValueError(f"an installation is one of {MARKS}")
    document = {
        "format": FORMAT,
        "mark": installation,
        "keys": [_fresh_key(made_at)],
        "secrets": {name: _encode(secrets.token_bytes(KEY_BYTES)) for name in SECRETS},
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise KeyRingError(f"there is a key ring at {path} already; use: counterfoil keys rotate") from None
    with os.fdopen(handle, "w") as file:
        json.dump(document, file, indent=1)
    return _parse(document)


def rotate(path: Path, *, made_at: datetime) -> KeyRing:
    """Add a fresh key, which encrypts from now on; the old ones stay, so that what they sealed still opens.

    The new file takes the old one's place in one step, so that no reader sees half of it.

    :raises KeyRingError: no ring, or a damaged one.
    """
    document = _read(path)
    _parse(document)
    document["keys"].append(_fresh_key(made_at))
    beside = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        json.dump(document, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    return _parse(document)


def _fresh_key(made_at: datetime) -> dict[str, str]:
    return {
        "id": secrets.token_hex(4),
        "created_at": made_at.isoformat(timespec="seconds"),
        "key": _encode(secrets.token_bytes(KEY_BYTES)),
    }


def _read(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_text())
    except FileNotFoundError:
        raise KeyRingError(f"no key ring at {path}; make one with: counterfoil keys new") from None
    except (OSError, ValueError):
        raise KeyRingError(f"the key ring at {path} cannot be read") from None
    if not isinstance(document, dict):
        raise KeyRingError(f"the key ring at {path} cannot be read")
    return document


def _parse(document: dict[str, Any]) -> KeyRing:
    try:
        if document["format"] != FORMAT or document["mark"] not in MARKS or not document["keys"]:
            raise ValueError
        keys = tuple(Key(k["id"], k["created_at"], _decode(k["key"])) for k in document["keys"])
        named = {str(name): _decode(text) for name, text in document["secrets"].items()}
        if any(len(raw) != KEY_BYTES for raw in [*(key.raw for key in keys), *named.values()]):
            raise ValueError
    except (KeyError, TypeError, ValueError, AttributeError):
        # The cause is not chained: it could quote the file, which is secret.
        raise KeyRingError("the key ring is damaged") from None
    return KeyRing(mark=document["mark"], keys=keys, named=named)


def _has(ring: KeyRing, name: str) -> bool:
    try:
        return bool(ring.secret(name))
    except KeyRingError:
        return False


def _encode(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _decode(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
