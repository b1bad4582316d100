"""The SMTP side: takes every mail for everybody."""

from __future__ import annotations

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from counterfoil_mailbox.store import Store

LARGEST = 40 * 1024 * 1024


class _Handler:
    def __init__(self, store: Store) -> None:
        self._store = store

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep the mail; the name is aiosmtpd's."""
        content = envelope.content
        raw = content if isinstance(content, bytes) else (content or "").encode()
        self._store.add_mail(raw, to=envelope.rcpt_tos)
        return "250 Caught"


def controller(store: Store, *, host: str, port: int) -> Controller:
    """Return the server, not yet started; it runs in a thread of its own."""
    return Controller(
        _Handler(store),
        hostname=host,
        port=port,
        data_size_limit=LARGEST,
        enable_SMTPUTF8=True,
        decode_data=False,
    )
