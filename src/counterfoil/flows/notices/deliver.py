"""Send one notice: claim it, hand it to the mail server outside any transaction, write down what came of it.

A crash between the sending and the writing sends it again, with the same Message-ID.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

from counterfoil.core import db, errors, failpoints
from counterfoil.core.actor import Actor
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
        data = secrecy.opened(key=notice.key, public_id=notice.public_id, data=notice.data)
        message = rendering.render(
            key=notice.key, data=data, locale=notice.locale, zone=notice.zone, code=notice.code
        )
        failpoints.reach("mail.before")
        email.send(
            message=message,
            to=delivery.to,
            sender_name=notice.data["biller"]["name"],
            message_id=f"{notice.public_id}.{delivery.pk}",
        )
        failpoints.reach("mail.after")
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


def _fingerprint(message: rendering.Message) -> str:
    """Hash what was said: rendering the frozen data again gives the same."""
    digest = hashlib.sha256()
    for part in (message.subject, message.text, message.html):
        digest.update(part.encode() + b"\0")
    for attachment in message.attachments:
        digest.update(attachment.content)
    return digest.hexdigest()
