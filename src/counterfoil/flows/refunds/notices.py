"""What a payer is told of a refund: that the money left, and that it came back to the biller after all."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from counterfoil.core.actor import OPERATOR
from counterfoil.flows.payments.work import Work
from counterfoil.notices import operations as notice_operations
from counterfoil.notices.operations import NewNotice
from counterfoil.payers import queries as payer_queries
from counterfoil.payments import states as payment_states
from counterfoil.refunds.policy import Money
from counterfoil.refunds.queries import Refund

KEYS: Final = {Money.LEFT: "payment_refunded", Money.CAME_BACK: "refund_came_back"}


def queue(*, item: Work, refund: Refund, money: Money, now: datetime) -> None:
    """Queue it in the transaction of the outcome; who has no e-mail address gets none."""
    key = KEYS.get(money)
    if key is None:
        return
    payment = item.payment
    [payer] = payer_queries.list_payers_by_ids(actor=OPERATOR, payer_ids=[payment.payer_id])
    [account] = payer_queries.list_accounts_by_ids(actor=OPERATOR, account_ids=[payment.account_id])
    if not payer.email:
        return
    notice = NewNotice(
        biller_id=payment.biller_id,
        key=key,
        to_email=payer.email,
        payer_id=payer.id,
        locale=payer.locale,
        zone=item.biller.zone,
        data={
            "biller": {"name": item.biller.name, "phone": item.biller.phone},
            "payer_name": payer.name,
            "for_whom": account.holder_name,
            "payment_number": payment.number,
            "submitted_at": payment.submitted_at.isoformat(),
            "method_kind": payment.method_kind,
            "method_label": payment.method_label,
            "amount_minor": refund.amount_minor + refund.fee_minor,
            "paid_minor": payment.amount_minor + payment.fee_minor,
            "reopened_minor": 0 if refund.lowers_bills else refund.amount_minor - refund.credit_minor,
            "currency": payment.currency,
            # The bank sent the payment itself back meanwhile: then the money is ours again, and no credit.
            "is_credit": payment.status != payment_states.RETURNED,
            "reason": refund.reason,
            "refunded_on": item.today.isoformat(),
            "link": f"/billing/payments/{payment.public_id}/",
        },
        subject_ref=payment.public_id,
        once=f"{key}:{refund.public_id}",
    )
    notice_operations.queue_many([notice], now=now)
