"""Puts bills in front of payers: invoices, their ledger entries, and credit that pays them at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from counterfoil.audit import operations as audit_operations
from counterfoil.billers import queries as biller_queries
from counterfoil.core import db, errors, jobs
from counterfoil.core.actor import Actor
from counterfoil.flows.invoices import announce, apply_credit, divide
from counterfoil.invoices import operations as invoice_operations
from counterfoil.invoices.drafts import NewInvoice
from counterfoil.ledger import operations as ledger_operations, postings, queries as ledger_queries
from counterfoil.payers import queries as payer_queries
from counterfoil.schedules import queries as schedule_queries


def run(
    *, actor: Actor, now: datetime, biller_id: int, drafts: Sequence[NewInvoice], tells_payers: bool = False
) -> dict[str, int]:
    """Issue up to a thousand invoices of one biller in one commit; return row ids by number.

    With `tells_payers` those who get their invoices by e-mail are told in the same commit.

    :raises errors.Invalid: a draft has no lines, a total that is not positive, or is due before it is issued.
    :raises errors.NotPermitted: the actor may not issue for this biller.
    :raises django.db.IntegrityError: a number is taken.
    """
    actor.demand_staff("edit_invoices", biller_id=biller_id)
    for draft in drafts:
        _check(draft, biller_id)
    ids = db.in_transaction(lambda: _issue(actor, now, biller_id, drafts, tells_payers=tells_payers))
    pairs = {(draft.account_id, draft.payer_id) for draft in drafts}
    for account_id, payer_id in sorted(ledger_queries.credits_of(actor=actor, pairs=pairs)):
        apply_credit.run(actor=actor, now=now, payer_id=payer_id, account_id=account_id)
    return ids


def _check(draft: NewInvoice, biller_id: int) -> None:
    if draft.biller_id != biller_id:
        raise errors.NotPermitted(_("An invoice of another biller."))
    if draft.total_minor <= 0:
        raise errors.Invalid(_("An invoice needs a total above zero."), field="lines")
    if draft.due_on < draft.issued_on:
        raise errors.Invalid(_("The due date is before the invoice date."), field="due_on")


def _issue(
    actor: Actor, now: datetime, biller_id: int, drafts: Sequence[NewInvoice], *, tells_payers: bool
) -> dict[str, int]:
    # Holding the accounts keeps the sum "open, less pending, less credit" still while a payment is being born.
    payer_queries.lock_accounts(account_ids={draft.account_id for draft in drafts})
    biller = biller_queries.get(biller_id=biller_id)
    today = biller_queries.today(biller=biller, now=now)
    ids = invoice_operations.create_many(drafts=drafts, now=now)
    entries = [
        postings.invoice_issued(
            postings.Source(
                biller_id, f"inv:{ids[d.number]}", d.currency, d.account_id, d.payer_id, today, d.issued_on
            ),
            invoice_id=ids[d.number],
            total_minor=d.total_minor,
        )
        for d in drafts
    ]
    ledger_operations.post(entries=entries, now=now)
    audit_operations.record_many(
        [
            audit_operations.NewEvent(
                actor, biller_id, "invoice.issued", d.number, {"total_minor": d.total_minor}, now
            )
            for d in drafts
        ]
    )
    divide.cover(now=now, pairs={(d.account_id, d.payer_id) for d in drafts})
    if tells_payers:
        announce.queue(biller=biller, invoice_ids=ids.values(), due_from=today, now=now)
    if schedule_queries.has_autopay(pairs_={(d.account_id, d.payer_id) for d in drafts}):
        # In this commit; one that waits already is enough, and the hourly planner finds what is lost.
        jobs.defer("plan_autopay_of", queueing_lock=f"plan_autopay_of:{biller_id}", biller_id=biller_id)
    return ids
