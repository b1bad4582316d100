"""Five days before a shared bill is due its addressee is told who has not paid yet.

How it fails: told twice (a message for an invoice and a payer is made once); the worker stood still that day (it is
told on the days after it, until the due date); somebody took a share only just now (a share of today waits a day);
told of what is paid or on its way (read in the transaction of the notice).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from counterfoil.billers import queries as biller_queries
from counterfoil.billers.queries import BillerRow
from counterfoil.core import db
from counterfoil.core.actor import Actor
from counterfoil.flows.invoices import divide
from counterfoil.flows.sharing import notify
from counterfoil.invoices import queries as invoice_queries
from counterfoil.invoices.queries import InvoiceRow, PartRow
from counterfoil.payers import queries as payer_queries
from counterfoil.payers.states import Standing
from counterfoil.sharing import queries as sharing_queries
from counterfoil.sharing.queries import ShareRow

BEFORE_DUE = 5
FROM_HOUR = 8
SETTLES = timedelta(days=1)


def run(*, actor: Actor, now: datetime, biller_id: int | None = None) -> int:
    """Queue what is due now at each biller, from its morning on; return how many bills were looked at as unpaid."""
    billers = biller_queries.list_all() if biller_id is None else [biller_queries.get(biller_id=biller_id)]
    return sum(_at_biller(actor, now, biller) for biller in billers)


def _at_biller(actor: Actor, now: datetime, biller: BillerRow) -> int:
    if now.astimezone(ZoneInfo(biller.zone)).hour < FROM_HOUR:
        return 0
    today = biller_queries.today(biller=biller, now=now)
    with db.transaction():
        found = invoice_queries.list_due(
            biller_id=biller.id,
            first=today,
            last=today + timedelta(days=BEFORE_DUE),
            taken_before=now - SETTLES,
        )
        offered = sharing_queries.list_offered(biller_id=biller.id, before=now - SETTLES)
        due = {row.id: row for row, _parts in found}
        parts = {row.id: parts for row, parts in found}
        for row in invoice_queries.list_by_ids(actor=actor, invoice_ids=set(offered) - due.keys()):
            if row.payable_minor > 0 and today <= row.due_on <= today + timedelta(days=BEFORE_DUE):
                due[row.id], parts[row.id] = row, []
        return sum(
            _tell(actor, now, biller, row, _people(actor, row, parts[row.id], offered.get(row.id, ())))
            for row in due.values()
        )


def _people(
    actor: Actor, row: InvoiceRow, parts: Sequence[PartRow], offered: Sequence[ShareRow]
) -> list[dict[str, Any]]:
    """Return who has not paid the share, and who has not answered."""
    unpaid = [
        {"name": part.payer_name, "amount_minor": part.left_minor, "is_offered": False}
        for part in parts
        if part.is_live and part.left_minor
    ]
    asked = [
        {
            "name": share.name,
            "amount_minor": divide.preview(actor=actor, invoice_ids=[row.id], share=share)[row.id],
            "is_offered": True,
        }
        for share in offered
    ]
    return unpaid + [each for each in asked if each["amount_minor"]]


def _tell(
    actor: Actor, now: datetime, biller: BillerRow, row: InvoiceRow, people: list[dict[str, Any]]
) -> int:
    if not people:
        return 0
    [payer] = payer_queries.list_payers_by_ids(actor=actor, payer_ids=[row.payer_id])
    [account] = payer_queries.list_accounts_by_ids(actor=actor, account_ids=[row.account_id])
    if account.standing != Standing.ACTIVE:
        return 0
    notify.queue(
        now=now,
        key="share_unpaid",
        biller=biller,
        to=payer,
        subject_ref=row.public_id,
        data={
            "for_whom": row.for_whom,
            "invoice_number": row.number,
            "due_on": row.due_on.isoformat(),
            "people": people,
            "currency": row.currency,
        },
    )
    return 1
