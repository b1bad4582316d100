"""Tells payers that a new invoice is there, in the commit that issues it.

Only who gets invoices by e-mail and wants to be told; nobody about what is paid, and nobody of a collector: its
first message has rules of its own (RF-09). A bill that autopay is to pay whole is announced by autopay, with amount,
day and method: a message with *View and Pay* beside it would have it paid twice. In doubt the payer is told.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Final

from counterfoil.billers import queries as biller_queries
from counterfoil.billers.queries import BillerRow
from counterfoil.core.actor import OPERATOR
from counterfoil.flows.notices import bills
from counterfoil.invoices import queries as invoice_queries
from counterfoil.invoices.queries import InvoiceRow
from counterfoil.methods import queries as method_queries
from counterfoil.notices import choices, operations as notice_operations, queries as notice_queries
from counterfoil.notices.operations import NewNotice
from counterfoil.payers import queries as payer_queries
from counterfoil.payers.rows import PayerRow
from counterfoil.payers.states import Standing
from counterfoil.schedules import queries as schedule_queries, states
from counterfoil.schedules.rows import EnrollmentRow

BY_EMAIL: Final = "email"


def queue(*, biller: BillerRow, invoice_ids: Collection[int], due_from: date, now: datetime) -> int:
    """Queue `invoice_new` for these invoices where something is to be paid; return how many.

    What was due before `due_from` is left out: it is no news. Six reads and a few writes, however many there are.
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
    wanted = [row for row in rows if row.payer_id in wanting]
    announced = _announced(biller=biller, rows=wanted, today=biller_queries.today(biller=biller, now=now))
    told = [row for row in wanted if row.id not in announced]
    notice_operations.queue_many([_notice(biller, row, payers[row.payer_id]) for row in told], now=now)
    return len(told)


def _announced(*, biller: BillerRow, rows: Sequence[InvoiceRow], today: date) -> set[int]:
    """Return the invoices that autopay will tell of itself, and pay whole."""
    if not biller.portal.autopay_on or not biller.payments.gateway_on:
        return set()
    found = schedule_queries.list_living_rows(payer_ids={row.payer_id for row in rows})
    if not found:
        return set()
    # An account's own autopay comes before that for all accounts, paused or not: so it is planned.
    own = {(each.payer_id, each.account_id): each for each in found}
    usable = {
        method.id
        for method in method_queries.list_by_refs(actor=OPERATOR, refs={each.method_ref for each in found})
        if method.can_pay and not method.is_pending and not method.is_expired(on=today)
    }
    active = {
        account.id
        for account in payer_queries.list_accounts_by_ids(
            actor=OPERATOR, account_ids={row.account_id for row in rows}
        )
        if account.standing == Standing.ACTIVE
    }
    return {
        row.id
        for row in rows
        if (autopay := own.get((row.payer_id, row.account_id)) or own.get((row.payer_id, None))) is not None
        and row.account_id in active
        and autopay.method_id in usable
        and not row.is_disputed
        and _takes_whole(autopay, row.payable_minor)
    }


def _takes_whole(autopay: EnrollmentRow, minor: int) -> bool:
    """Tell whether autopay plans so much as soon as it is issued: not on a day of the month, which may be weeks off."""
    is_next = autopay.is_active and not autopay.skip_next and autopay.day_rule == states.DUE_DATE
    is_whole = autopay.rule == states.FULL or (
        autopay.rule == states.CAPPED and minor <= (autopay.amount_minor or 0)
    )
    return is_next and is_whole


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
