"""Which notices outcomes cause: a receipt once, when submitted; then only what changes for the payer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from counterfoil.core.actor import Actor
from counterfoil.flows.payments import scheduled_outcomes
from counterfoil.flows.payments.work import Work
from counterfoil.notices import choices, operations as notice_operations, queries as notice_queries
from counterfoil.notices.operations import NewNotice
from counterfoil.payers import queries as payer_queries
from counterfoil.payers.rows import AccountRow, PayerRow
from counterfoil.payments import states

PAID = "payment_paid"
RECEIPT_AT = {states.PENDING, states.SETTLED, states.UNKNOWN}


def queue(*, actor: Actor, works: Sequence[Work], now: datetime) -> None:
    """Queue the notices that these outcomes cause, set-based. Payers without an e-mail address get none."""
    wanted = [(item, key) for item in works if (key := _key(item)) is not None]
    if not wanted:
        return
    payer_ids = {item.payment.payer_id for item, _ in wanted}
    account_ids = {item.payment.account_id for item, _ in wanted}
    payers = {row.id: row for row in payer_queries.list_payers_by_ids(actor=actor, payer_ids=payer_ids)}
    accounts = {
        row.id: row for row in payer_queries.list_accounts_by_ids(actor=actor, account_ids=account_ids)
    }
    # One query, and only where something became Paid: most do not ask to be told.
    settled = {item.payment.payer_id for item, key in wanted if key == PAID}
    asked = notice_queries.wanting(payer_ids=settled, switch=choices.PAID) if settled else set()
    notice_operations.queue_many(
        [
            _notice(item, key, payers[item.payment.payer_id], accounts[item.payment.account_id])
            for item, key in wanted
            if payers[item.payment.payer_id].email and (key != PAID or item.payment.payer_id in asked)
        ],
        now=now,
    )


def _key(item: Work) -> str | None:
    status = item.payment.status
    if status in states.FINISHED and scheduled_outcomes.is_scheduled(item):
        # Whether it is tried again is said there, honestly.
        return None
    if status == states.RETURNED:
        return "payment_returned"
    if item.status_before == states.AWAITING_VALIDATION:
        # Who canceled it stands before the page that says so.
        return None if item.payment.reason_code == "unvalidated_chosen" else "amounts_not_confirmed"
    if status in {states.DECLINED, states.CANCELED}:
        # On an answer the payer stands before the screen that says so; and nothing was mailed yet.
        told_before = item.status_before in {states.UNKNOWN, states.PENDING, states.ACTION_NEEDED}
        nobody_there = item.source in {"look_up", "fence"}
        return "payment_declined" if (told_before or nobody_there) and item.source != "return_page" else None
    if (item.status_before, status) == (states.PENDING, states.SETTLED):
        return PAID
    first = item.status_before in {states.SUBMITTING, states.ACTION_NEEDED}
    mailed = item.biller.payments.receipt_by_email
    return "payment_receipt" if first and mailed and status in RECEIPT_AT else None


def _notice(item: Work, key: str, payer: PayerRow, account: AccountRow) -> NewNotice:
    payment = item.payment
    return NewNotice(
        biller_id=payment.biller_id,
        key=key,
        to_email=payer.email,
        payer_id=payer.id,
        locale=payer.locale,
        zone=item.biller.zone,
        data=_common(item, payer, account) | _special(item, key),
        subject_ref=payment.public_id,
    )


def _common(item: Work, payer: PayerRow, account: AccountRow) -> dict[str, Any]:
    payment, biller = item.payment, item.biller
    return {
        "biller": {
            "name": biller.name,
            "phone": biller.phone,
            "email": biller.email,
            "address_lines": list(biller.address_lines),
        },
        "payer_name": payer.name,
        "for_whom": account.holder_name,
        "account_number": account.number,
        "payment_number": payment.number,
        "submitted_at": payment.submitted_at.isoformat(),
        "method_label": payment.method_label,
        "amount_minor": payment.amount_minor,
        "fee_minor": payment.fee_minor,
        "total_minor": payment.amount_minor + payment.fee_minor,
        "currency": payment.currency,
        "link": f"/billing/payments/{payment.public_id}/",
    }


def _special(item: Work, key: str) -> dict[str, Any]:
    payment = item.payment
    if key == "payment_returned":
        opens = sum(part for _, part in item.shares)
        return {
            "return_code": payment.reason_code,
            "returned_on": item.details["on"],
            "opens_minor": opens,
        }
    if key == "amounts_not_confirmed":
        return {"why": payment.reason_code.removeprefix("unvalidated_")}
    if key == PAID:
        return {"paid_on": item.today.isoformat()}
    if key == "payment_declined":
        return {"decline_class": payment.decline_class or "soft_tech"}
    until = payment.returnable_until if payment.status == states.PENDING else None
    return {
        "is_paid": payment.status == states.SETTLED,
        "receipt_note": item.biller.payments.receipt_note,
        "returnable_until": until.isoformat() if until else None,
        "lines": [
            {
                "invoice_number": item.invoices[a.invoice_id].number,
                "amount_minor": a.amount_minor,
                "left_minor": item.left_of(a),
            }
            for a in item.allocations
        ]
        or [{"invoice_number": "-", "amount_minor": payment.amount_minor, "left_minor": 0}],
    }
