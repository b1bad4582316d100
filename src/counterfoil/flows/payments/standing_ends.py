"""A permission to collect ends: its payer takes it back, or a bank or card network says that the method is dead.

Such news comes inside the commit of an outcome, whoever made the payment. What is set already finds no permission on
its day (`flows.schedules.collected`), and is canceled with the same outcome (`scheduled_outcomes`). A failure that a
later payment may not meet again, such as too little money, leaves the permission as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from counterfoil.agreements import operations as agreement_operations, queries as agreement_queries
from counterfoil.audit import operations as audit_operations
from counterfoil.billers.queries import BillerRow
from counterfoil.core.actor import WORKER, Actor
from counterfoil.flows.notices import methods as method_notices
from counterfoil.flows.payments.work import Work
from counterfoil.methods import queries as method_queries
from counterfoil.payers import queries as payer_queries
from counterfoil.payers.rows import PayerRow
from counterfoil.payments import queries as payment_queries, states as payment_states
from counterfoil.schedules import policy


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
        if not agreement_queries.has_standing(method_ref=ref):
            continue
        [payer] = payer_queries.list_payers_by_ids(actor=WORKER, payer_ids=[payment.payer_id])
        method = method_queries.get(actor=WORKER, public_id=ref)
        end(
            actor=actor, now=now, ref=ref, label=method.label, payer=payer, biller=item.biller,
            payment_ref=payment.public_id,
        )  # fmt: skip


def end(  # noqa: PLR0913 - the parts of one act
    *,
    actor: Actor,
    now: datetime,
    ref: str,
    label: str,
    payer: PayerRow,
    biller: BillerRow,
    payment_ref: str = "",
) -> bool:
    """End the permission to collect from a method, in the caller's transaction, with audit and a notice.

    `payment_ref`: the payment that brought the news, if one did. Return whether there was a permission.
    """
    ended = agreement_operations.revoke_standing(method_refs=[ref], now=now)
    for number in ended:
        details = {"authorization": number} | ({"payment": payment_ref} if payment_ref else {})
        audit_operations.record(
            actor=actor, biller_id=biller.id, action="permission.withdrawn", object_ref=ref, details=details,
            now=now,
        )  # fmt: skip
        data = {"method_label": label, "at": now.isoformat(), "number": number}
        method_notices.queue(
            now=now, key="permission_withdrawn", payer=payer, biller=biller, ref=ref, data=data
        )
    return bool(ended)


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
