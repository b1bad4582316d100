"""The mail that went out: what waits is delivered, as the worker does within seconds."""

from __future__ import annotations

from django.core import mail
from django.core.mail import EmailMessage

from counterfoil.core import clock
from counterfoil.core.actor import WORKER
from counterfoil.flows.notices import deliver
from counterfoil.notices import states
from counterfoil.notices.models import Delivery


def sent() -> list[EmailMessage]:
    """Deliver what waits; return everything that was sent in this test, the oldest first."""
    waiting = Delivery.objects.filter(status=states.QUEUED).order_by("pk")
    for delivery_id in waiting.values_list("pk", flat=True):
        deliver.run(actor=WORKER, now=clock.now(), delivery_id=delivery_id)
    return mail.outbox


def last() -> str:
    """Return the words of the mail that was sent last."""
    return str(sent()[-1].body)
