"""Send one notice: claim it, hand it to the mail server outside any transaction, write down what came of it.

A crash between the sending and the writing sends it again, with the same Message-ID.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from counterfoil.core import db, errors, failpoints
from counterfoil.core.actor import Actor
from counterfoil.flows.notices import stop
from counterfoil.notices import operations as notice_operations, rendering, secrecy
from counterfoil.notices.channels import email


def run(*, actor: Actor, now: datetime, delivery_id: int) -> bool:
    """Try to deliver; return whether it was sent by this call.

    False: it was sent before, is not due, is held by another worker, or failed and is tried again later.

    :raises errors.NotPermitted: the actor is not the installation itself.
    """
    if not actor.is_system:
        raise errors.NotPermitted("Only the installation itself sends notices.")
    with db.transaction():
        claimed = notice_operations.claim(delivery_id=delivery_id, now=now)
    if claimed is None:
        return False
    delivery, notice = claimed
    try:
        message = _send(notice, delivery)
    except email.NotSent as error:
        with db.transaction():
            notice_operations.record_failure(
                delivery_id=delivery.pk,
                attempt=delivery.attempts,
                error=str(error),
                is_final=error.is_final,
                now=now,
            )
        return False
    with db.transaction():
        notice_operations.record_sent(
            delivery_id=delivery.pk, attempt=delivery.attempts, body_sha256=_fingerprint(message), now=now
        )
    return True


def _send(notice: Any, delivery: Any) -> rendering.Message:
    """Word the notice and hand it to the mail server; return what was said.

    :raises email.NotSent: it was not taken.
    """
    data = secrecy.opened(key=notice.key, public_id=notice.public_id, data=notice.data)
    stop_path = stop.path_of(public_id=notice.public_id, key=notice.key) if notice.payer_id else ""
    message = rendering.render(
        key=notice.key,
        data=data,
        locale=notice.locale,
        zone=notice.zone,
        code=notice.code,
        stop_path=stop_path,
    )
    failpoints.reach("mail.before")
    email.send(
        message=message,
        to=delivery.to,
        sender_name=notice.data["biller"]["name"],
        message_id=f"{notice.public_id}.{delivery.pk}",
        stop_path=stop_path,
    )
    failpoints.reach("mail.after")
    return message


def _fingerprint(message: rendering.Message) -> str:
    """Hash what was said: rendering the frozen data again gives the same."""
    digest = hashlib.sha256()
    for part in (message.subject, message.text, message.html):
        digest.update(part.encode() + b"\0")
    for attachment in message.attachments:
        digest.update(attachment.content)
    return digest.hexdigest()
