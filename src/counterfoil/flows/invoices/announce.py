"""Tells payers that a new invoice is there, in the commit that issues it.

Only who gets invoices by e-mail and wants to be told; nobody about what is paid, and nobody of a collector: its
first message has rules of its own (RF-09). What autopay will pay is announced by autopay, with amount, day and method:
a message with *View and Pay* beside it would have it paid twice.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Final

from counterfoil.billers.queries import BillerRow
from counterfoil.core.actor import OPERATOR
from counterfoil.flows.notices import bills
from counterfoil.invoices import queries as invoice_queries
from counterfoil.invoices.queries import InvoiceRow
from counterfoil.notices import choices, operations as notice_operations, queries as notice_queries
from counterfoil.notices.operations import NewNotice
from counterfoil.payers import queries as payer_queries
from counterfoil.payers.rows import PayerRow
from counterfoil.schedules import queries as schedule_queries

BY_EMAIL: Final = "email"


def queue(*, biller: BillerRow, invoice_ids: Collection[int], due_from: date, now: datetime) -> int:
    """Queue `invoice_new` for these invoices where something is to be paid; return how many.

    What was due before `due_from` is left out: it is no news. Four reads and a few writes, however many there are.
    """
    if biller.collector_mode or not biller.portal.portal_on:
        return 0
    rows = [
        row
        for row in invoice_queries.list_by_ids(actor=OPERATOR, invoice_ids=invoice_ids)
        if row.payable_minor and row.due_on >= due_from
    ]
    payers = {
        payer.id: payer
        for payer in payer_queries.list_payers_by_ids(
            actor=OPERATOR, payer_ids={row.payer_id for row in rows}
        )
        if payer.email and payer.invoice_preference == BY_EMAIL
    }
    wanting = notice_queries.wanting(payer_ids=payers, switch=choices.INVOICES)
    paid_by_itself = schedule_queries.list_living_pairs(payer_ids=wanting)
    told = [
        row
        for row in rows
        if row.payer_id in wanting
        and not paid_by_itself & {(row.payer_id, row.account_id), (row.payer_id, None)}
    ]
    notice_operations.queue_many([_notice(biller, row, payers[row.payer_id]) for row in told], now=now)
    return len(told)


def _notice(biller: BillerRow, row: InvoiceRow, payer: PayerRow) -> NewNotice:
    return NewNotice(
        biller_id=biller.id,
        key="invoice_new",
        to_email=payer.email,
        payer_id=payer.id,
        locale=payer.locale,
        zone=biller.zone,
        data=bills.about(biller=biller, invoice=row, payer_name=payer.name),
        subject_ref=row.public_id,
    )
