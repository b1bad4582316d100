"""Who is told of a request: the payer that it came in and was answered, the biller's office that somebody waits."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.utils import translation

from counterfoil.billers import queries as biller_queries
from counterfoil.billers.queries import BillerRow
from counterfoil.core.actor import Actor
from counterfoil.notices import operations as notice_operations
from counterfoil.payers import queries as payer_queries
from counterfoil.requests.queries import RequestRow

OFFICE_LOCALE: Final = "en"


def payer(*, actor: Actor, now: datetime, row: RequestRow, key: str, once: str, text: str) -> None:
    """Queue a notice for the payer, if there is an address to send it to."""
    biller = biller_queries.get(biller_id=row.biller_id)
    [who] = payer_queries.list_payers_by_ids(actor=actor, payer_ids=[row.payer_id])
    if not who.email:
        return
    notice_operations.queue(
        now=now,
        biller_id=row.biller_id,
        key=key,
        to_email=who.email,
        payer_id=who.id,
        locale=who.locale,
        zone=biller.zone,
        data=_data(row, biller, text, who.locale) | {"link": f"/requests/{row.public_id}/"},
        subject_ref=row.public_id,
        once=f"{key}:{row.public_id}:{once}",
    )


def office(*, now: datetime, row: RequestRow, once: str, text: str) -> None:
    """Queue an alert for the biller's office, if it has an address."""
    biller = biller_queries.get(biller_id=row.biller_id)
    if not biller.email:
        return
    notice_operations.queue(
        now=now,
        biller_id=row.biller_id,
        key="request_alert",
        to_email=biller.email,
        payer_id=None,
        locale=OFFICE_LOCALE,
        zone=biller.zone,
        data=_data(row, biller, text, OFFICE_LOCALE)
        | {"link": f"/desk/{biller.key}/requests/{row.public_id}/"},
        subject_ref=row.public_id,
        once=f"request_alert:{row.public_id}:{once}",
    )


def _data(row: RequestRow, biller: BillerRow, text: str, locale: str) -> dict[str, Any]:
    with translation.override(locale):
        topic = row.topic_words
    return {
        "biller": {
            "name": biller.name,
            "phone": biller.phone,
            "email": biller.email,
            "address_lines": list(biller.address_lines),
        },
        "payer_name": row.payer_name,
        "for_whom": row.for_whom,
        "kind": row.kind,
        "topic": topic,
        "subject_label": row.subject_label,
        "opened_at": row.opened_at.isoformat(),
        "text": text,
    }
