"""E-mail by SMTP."""

from __future__ import annotations

import smtplib
from email.utils import formataddr, parseaddr
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives

from counterfoil.core import db, errors
from counterfoil.notices.rendering import Message


class NotSent(errors.CounterfoilError):
    """The mail server did not take it. `is_final`: it never will, so trying again is useless."""

    code = "not_sent"

    def __init__(self, message: str, *, is_final: bool) -> None:
        super().__init__(message)
        self.is_final = is_final


def send(*, message: Message, to: str, sender_name: str, message_id: str, stop_path: str = "") -> None:
    """Hand one message to the mail server.

    `message_id` is the same at every try, so that a mailbox that got it twice can tell. With `stop_path` the
    mailbox can offer to stop such messages by one click (RFC 8058).

    :raises NotSent: the server refused it, or could not be reached.
    """
    db.demand_outside_transaction()
    host = urlsplit(settings.COUNTERFOIL_BASE_URL).hostname or "localhost"
    mail = EmailMultiAlternatives(
        subject=message.subject,
        body=message.text,
        from_email=formataddr((sender_name, parseaddr(settings.DEFAULT_FROM_EMAIL)[1])),
        to=[to],
        headers={
            "Message-ID": f"<{message_id}@{host}>",
            "Auto-Submitted": "auto-generated",
            **_stopping(stop_path),
        },
    )
    mail.attach_alternative(message.html, "text/html")
    for attachment in message.attachments:
        mail.attach(attachment.name, attachment.content, attachment.mime)
    try:
        mail.send()
    except (OSError, smtplib.SMTPException) as error:
        raise NotSent(_words(error), is_final=_is_final(error)) from error


def _stopping(path: str) -> dict[str, str]:
    if not path:
        return {}
    return {
        "List-Unsubscribe": f"<{settings.COUNTERFOIL_BASE_URL.rstrip('/')}{path}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def _is_final(error: Exception) -> bool:
    """5xx about the recipient or the content is for good; everything else may pass."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _ in error.recipients.values())
    if isinstance(error, smtplib.SMTPSenderRefused | smtplib.SMTPAuthenticationError):
        return False  # our own set-up: staff can mend it meanwhile
    return isinstance(error, smtplib.SMTPResponseException) and error.smtp_code >= 500


def _words(error: Exception) -> str:
    """Say what happened without the address: it stands in the row already, and logs must not have it."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return "recipient refused: " + ", ".join(str(code) for code, _ in error.recipients.values())
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{type(error).__name__}: {error.smtp_code}"
    return type(error).__name__
