"""Writes to authorizations: made once, never changed but for their end."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from counterfoil.agreements.models import Authorization
from counterfoil.agreements.texts import AgreementText
from counterfoil.core import db, ids
from counterfoil.core.actor import Actor


@dataclass(frozen=True, slots=True)
class NewAuthorization:
    """What a person accepted, before it is stored."""

    biller_id: int
    payer_id: int
    kind: str
    method_ref: str
    sec_code: str
    amount_minor: int | None
    currency: str
    debit_on: date | None
    text: AgreementText
    assent: str


def create_many(*, actor: Actor, now: datetime, drafts: Sequence[NewAuthorization]) -> list[int]:
    """Store what was accepted, with the evidence of who, when, where and how; return the row ids in order.

    Nacha 2.3.2 and Reg E 1005.10(b): the exact text, its version and language, the act of assent.
    """
    db.demand_transaction()
    rows = [
        Authorization(
            public_id=ids.new("authorization"),
            biller_id=draft.biller_id,
            payer_id=draft.payer_id,
            kind=draft.kind,
            method_ref=draft.method_ref,
            sec_code=draft.sec_code,
            amount_minor=draft.amount_minor,
            currency=draft.currency,
            debit_on=draft.debit_on,
            text=draft.text.body,
            text_sha256=hashlib.sha256(draft.text.body.encode()).hexdigest(),
            template_version=draft.text.version,
            locale=draft.text.locale,
            accepted_at=now,
            accepted_by_ref=actor.ref,
            accepted_by_name=actor.name,
            assent=draft.assent,
            ip=actor.ip,
            user_agent=actor.user_agent[:300],
            session_ref=actor.session_ref,
        )
        for draft in drafts
    ]
    return [row.pk for row in Authorization.objects.bulk_create(rows)]


def revoke_standing(*, method_refs: Collection[str], now: datetime) -> list[str]:
    """End the standing permissions of these methods; return the public ids of those that were live."""
    db.demand_transaction()
    live = Authorization.objects.filter(
        kind=Authorization.Kind.STANDING, method_ref__in=list(method_refs), revoked_at__isnull=True
    )
    refs = list(live.values_list("public_id", flat=True))
    live.update(revoked_at=now)
    return refs


def revoke(*, authorization_ids: Sequence[int], now: datetime) -> None:
    """Note that these permissions were taken back; nothing is debited under them from now on."""
    db.demand_transaction()
    Authorization.objects.filter(pk__in=authorization_ids, revoked_at__isnull=True).update(revoked_at=now)
