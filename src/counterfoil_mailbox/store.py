"""Messages in a folder, one file each, so that a restart of the demo keeps them."""

from __future__ import annotations

import json
import re
import secrets
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from counterfoil_mailbox import messages
from counterfoil_mailbox.messages import Message

ID = re.compile(r"\A\d{19}-[0-9a-f]{8}\Z")
# Who gets a mail is said beside it (SMTP's envelope), and kept in its first line.
ENVELOPE = b"X-Envelope-To: "


class Store:
    """Reads and writes the folder; safe for several threads."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder = folder
        self._known: dict[str, Message] = {}
        self._lock = threading.Lock()

    def add_mail(self, raw: bytes, *, to: Sequence[str]) -> str:
        """Keep an e-mail as it came; return its id."""
        return self._add("eml", ENVELOPE + json.dumps(list(to)).encode() + b"\r\n" + raw)

    def add_sms(self, *, to: str, sender: str, text: str) -> str:
        """Keep a text message; return its id."""
        return self._add("sms", json.dumps({"to": to, "from": sender, "text": text}).encode())

    def _add(self, kind: str, raw: bytes) -> str:
        message_id = f"{time.time_ns():019d}-{secrets.token_hex(4)}"
        beside = self._folder / f"{message_id}.new"
        beside.write_bytes(raw)
        beside.rename(self._folder / f"{message_id}.{kind}")
        return message_id

    def all(self, *, to: str = "") -> list[Message]:
        """Return every message, newest first; with `to`, those whose recipient contains it."""
        found = sorted(
            (file for file in self._folder.iterdir() if file.suffix in {".eml", ".sms"}), reverse=True
        )
        read = [self._read(file) for file in found]
        wanted = to.strip().lower()
        return [m for m in read if m and (not wanted or any(wanted in person.lower() for person in m.to))]

    def find(self, message_id: str) -> Message | None:
        """Return one message, None when there is no such."""
        if not ID.match(message_id):
            return None
        for kind in ("eml", "sms"):
            file = self._folder / f"{message_id}.{kind}"
            if file.exists():
                return self._read(file)
        return None

    def delete_all(self) -> None:
        """Forget everything."""
        with self._lock:
            for file in self._folder.iterdir():
                if file.suffix in {".eml", ".sms"}:
                    file.unlink(missing_ok=True)
            self._known.clear()

    def _read(self, file: Path) -> Message | None:
        with self._lock:
            if file.stem not in self._known:
                try:
                    raw = file.read_bytes()
                except FileNotFoundError:  # deleted meanwhile
                    return None
                self._known[file.stem] = _parse(file, raw)
            return self._known[file.stem]


def _parse(file: Path, raw: bytes) -> Message:
    if file.suffix == ".sms":
        return messages.read_sms(file.stem, raw)
    first, _, rest = raw.partition(b"\r\n")
    to = tuple(str(person) for person in json.loads(first.removeprefix(ENVELOPE)))
    return messages.read_mail(file.stem, rest, envelope_to=to)
