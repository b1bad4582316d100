"""A caught message, read from the bytes that came by SMTP or from a text message's JSON."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from typing import Any

LINK = re.compile(r"https?://[^\s<>\"')\]]+")
TRAILING = ".,;:!?"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with a message."""

    name: str
    type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Message:
    """One e-mail or text message; `at` is when it was caught, in UTC."""

    id: str
    kind: str
    at: datetime
    sender: str
    to: tuple[str, ...]
    subject: str
    text: str
    html: str
    attachments: tuple[Attachment, ...]
    source: str

    @property
    def links(self) -> list[str]:
        """Addresses in the text, each once, in order."""
        found = (link.rstrip(TRAILING) for link in LINK.findall(self.text))
        return list(dict.fromkeys(found))

    def as_json(self) -> dict[str, Any]:
        """Return what tests read."""
        plain = asdict(self)
        del plain["source"], plain["sender"]
        return {
            **plain,
            "from": self.sender,
            "at": self.at.isoformat(timespec="milliseconds"),
            "to": list(self.to),
            "links": self.links,
            "attachments": [
                {"name": file.name, "type": file.type, "size": len(file.content)} for file in self.attachments
            ],
        }


def caught_at(message_id: str) -> datetime:
    """Return when the message with this id came: the id begins with nanoseconds since 1970."""
    return datetime.fromtimestamp(int(message_id.partition("-")[0]) / 1e9, tz=UTC)


def read_mail(message_id: str, raw: bytes, *, envelope_to: tuple[str, ...] = ()) -> Message:
    """Read an e-mail. The envelope says who gets it; without one, the `To` line does."""
    mail = BytesParser(policy=policy.default).parsebytes(raw)
    to = envelope_to or tuple(part.strip() for part in str(mail.get("To", "")).split(",") if part.strip())
    return Message(
        id=message_id,
        kind="mail",
        at=caught_at(message_id),
        sender=str(mail.get("From", "")),
        to=to,
        subject=str(mail.get("Subject", "")),
        text=_body(mail, "plain"),
        html=_body(mail, "html"),
        attachments=tuple(_attachments(mail)),
        source=raw.decode("utf-8", errors="replace"),
    )


def read_sms(message_id: str, raw: bytes) -> Message:
    """Read a text message as `POST /sms` took it."""
    given = json.loads(raw)
    return Message(
        id=message_id,
        kind="sms",
        at=caught_at(message_id),
        sender=str(given.get("from", "")),
        to=(str(given["to"]),),
        subject="",
        text=str(given["text"]),
        html="",
        attachments=(),
        source=raw.decode("utf-8"),
    )


def _body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body(preferencelist=(kind,))
    return str(part.get_content()) if part is not None else ""


def _attachments(mail: EmailMessage) -> list[Attachment]:
    files = []
    for number, part in enumerate(mail.iter_attachments(), start=1):
        content = part.get_payload(decode=True)
        files.append(
            Attachment(
                name=part.get_filename() or f"attachment-{number}",
                type=part.get_content_type(),
                content=content if isinstance(content, bytes) else b"",
            )
        )
    return files
