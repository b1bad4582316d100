"""A bank or a card network says that a method must not be debited any more: the permission to collect ends with it.

Inside the commit of the outcome, whoever made the payment. What is set already finds no permission on its day
(`flows.schedules.collected`), and is canceled where the same outcome stops the method (`scheduled_outcomes`). A
failure that a later payment may not meet again, such as too little money, leaves the permission as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from counterfoil.agreements import operations as agreement_operations
from counterfoil.audit import operations as audit_operations
from counterfoil.billers.queries import BillerRow
from counterfoil.core.actor import WORKER, Actor
from counterfoil.flows.payments.work import Work
from counterfoil.methods import queries as method_queries
from counterfoil.notices import operations as notice_operations
from counterfoil.payers import queries as payer_queries
from counterfoil.payers.rows import PayerRow
from counterfoil.payments import queries as payment_queries, states as payment_states
from counterfoil.schedules import policy

LINK: Final = "/billing/methods/"


def note(*, actor: Actor, now: datetime, works: Sequence[Work]) -> None:
    """End the permission of the methods that these outcomes speak of, and tell their payers (NA-15, NA-17; Part D)."""
    found = [(item, method_id) for item in works if (method_id := stopped_method(item)) is not None]
    replaced = method_queries.list_replaced_at(method_ids={method_id for _, method_id in found})
    for item, method_id in found:
        payment, at = item.payment, replaced.get(method_id)
        if at is not None and at > payment.submitted_at:
            # It is news of the number that was behind the method before; the permission is for the new one.
            continue
        ref = payment_queries.find_method_ref(actor=WORKER, payment_id=payment.pk)
        for number in agreement_operations.revoke_standing(method_refs=[ref], now=now):
            audit_operations.record(
                actor=actor, biller_id=payment.biller_id, action="permission.withdrawn", object_ref=ref,
                details={"authorization": number, "payment": payment.public_id}, now=now,
            )  # fmt: skip
            [payer] = payer_queries.list_payers_by_ids(actor=WORKER, payer_ids=[payment.payer_id])
            _tell(now, item.biller, payer, ref, number)


def stopped_method(item: Work) -> int | None:
    """Return the method, by its id, that must not be debited any more after the news of this outcome."""
    payment, why = item.payment, ""
    if payment.status == item.status_before:
        return None
    if payment.status == payment_states.RETURNED:
        why = policy.stops(is_return=True, code=payment.reason_code)
    elif payment.status == payment_states.DECLINED:
        why = policy.stops(code=payment.decline_class)
    return payment.method_id if why else None


def _tell(now: datetime, biller: BillerRow, payer: PayerRow, ref: str, number: str) -> None:
    if not payer.email:
        return
    method = method_queries.get(actor=WORKER, public_id=ref)
    notice_operations.queue(
        now=now,
        biller_id=biller.id,
        key="permission_withdrawn",
        to_email=payer.email,
        payer_id=payer.id,
        locale=payer.locale,
        zone=biller.zone,
        data={
            "biller": {"name": biller.name, "phone": biller.phone},
            "payer_name": payer.name,
            "method_label": method.label,
            "at": now.isoformat(),
            "number": number,
            "link": LINK,
        },
        subject_ref=ref,
        once=f"permission_withdrawn:{number}",
    )
