"""Staff change an invoice's due date and lines; what autopay had set for it is withdrawn, and planned anew.

How it fails: less is asked for than was paid or is on its way (refused, under lock); two clicks book the difference
twice (the entry's source is the form's key); somebody submits what was reviewed before (refused at Submit: the sum
differs); a shared invoice shrinks below what others took (refused: credit or void it instead).

Autopay takes what it told of, on the day it told of, so a change ends what is told of another amount or day. How that
fails: the planner runs meanwhile (it holds the account, and so do we); a worker claims the payment meanwhile (its row
tells: who is first wins, and what is begun goes on as it was told, what was added is planned by itself); a payment is
past its cut-off (the same); the planner never comes (its job is queued in this commit, and it runs by the hour). What
its payer set for later by hand stays as it was set: on its day never more is taken than is owed. A credit (`credit`)
and a void (`void`) only lower what is owed: on its day less is taken, or nothing, and that is told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError
from django.utils.translation import gettext as _

from counterfoil.audit import operations as audit_operations
from counterfoil.core import db, errors, jobs
from counterfoil.core.actor import Actor
from counterfoil.flows.invoices import opened as openeds
from counterfoil.flows.invoices.credit import ONCE
from counterfoil.flows.invoices.opened import Opened
from counterfoil.flows.invoices.void import REASON_LENGTH
from counterfoil.flows.schedules import withdraw
from counterfoil.flows.schedules.withdraw import ChangedBill, Plans
from counterfoil.invoices import operations as invoice_operations, queries as invoice_queries
from counterfoil.invoices.drafts import NewLine
from counterfoil.ledger import operations as ledger_operations, postings
from counterfoil.schedules import queries as schedule_queries


@dataclass(frozen=True, slots=True)
class Change:
    """How the invoice is to be. `key` is the form's: the same one again changes nothing."""

    due_on: date
    lines: Sequence[NewLine]
    reason: str
    key: str


def run(*, actor: Actor, now: datetime, ref: str, change: Change) -> bool:
    """Change it and tell the addressee; return whether anything changed.

    :raises errors.NotFound: not one the actor sees.
    :raises errors.NotPermitted: the role may not change invoices.
    :raises errors.Invalid: no lines, a due date before the invoice's, or a total below what was paid or is on its way.
    :raises errors.Stale: it is not open any more.
    """
    if len(change.reason) > REASON_LENGTH:
        raise errors.Invalid(_("Please use at most 200 letters."), field="reason")
    try:
        return db.in_transaction(lambda: _change(actor, now, ref, change))
    except IntegrityError as error:
        if ONCE not in str(error):
            raise
        return False


def _change(actor: Actor, now: datetime, ref: str, change: Change) -> bool:
    held = openeds.lock(actor=actor, now=now, ref=ref)
    invoice = held.invoice
    before = {"due_on_before": invoice.due_on.isoformat(), "total_before_minor": invoice.total_minor}
    present = invoice_queries.list_lines(actor=actor, invoice_id=invoice.pk)
    same_lines = [(line.description, line.amount_minor) for line in change.lines] == [
        (line.description, line.amount_minor) for line in present
    ]
    if same_lines and change.due_on == invoice.due_on:
        return False
    difference = sum(line.amount_minor for line in change.lines) - invoice.total_minor
    _check(held, change, difference)
    if not same_lines:
        invoice_operations.replace_lines(invoice=invoice, lines=change.lines)
    invoice.due_on = change.due_on
    invoice_operations.change_terms(invoice=invoice, total_minor=difference)
    invoice_operations.change_balances(invoice=invoice, on=held.today)
    invoice_operations.save_balances(invoices=[invoice])
    entry = postings.invoice_changed(
        held.source(f"inv:{invoice.pk}:{change.key}"), invoice_id=invoice.pk, difference_minor=difference
    )
    ledger_operations.post(entries=[entry], now=now)
    audit_operations.record(
        actor=actor,
        biller_id=held.biller.id,
        action="invoice.changed",
        object_ref=invoice.public_id,
        details={"difference_minor": difference, "due_on": invoice.due_on.isoformat()},
        now=now,
    )
    is_moved = before["due_on_before"] != change.due_on.isoformat()
    plans = _withdraw(actor, now, held, difference, is_moved=is_moved)
    _tell(now, held, plans, change, before)
    return True


def _tell(now: datetime, held: Opened, plans: Plans, change: Change, before: Mapping[str, object]) -> None:
    """Tell the addressee, and who shares it, what changed and what becomes of their autopay."""
    invoice = held.invoice
    for payer_id in [invoice.payer_id, *held.sharer_ids]:
        openeds.tell(
            opened=held,
            key="invoice_changed",
            payer_ids=[payer_id],
            more={**before, "reason": change.reason, "autopay": _says(plans, payer_id)},
            once=f"{invoice.public_id}:{change.key}",
            now=now,
        )


def _withdraw(actor: Actor, now: datetime, held: Opened, difference: int, *, is_moved: bool) -> Plans:
    """Withdraw what autopay had set for it, and have it planned anew by a job of this commit."""
    invoice = held.invoice
    bill = ChangedBill(
        ref=invoice.public_id,
        account_id=invoice.account_id,
        payer_id=invoice.payer_id,
        added_minor=difference,
        rest_minor=held.rest_minor,
        is_moved=is_moved,
    )
    plans = withdraw.of_bill(actor=actor, now=now, bill=bill)
    pairs = {(invoice.account_id, payer_id) for payer_id in [invoice.payer_id, *held.sharer_ids]}
    if schedule_queries.has_autopay(pairs_=pairs):
        biller_id = held.biller.id
        jobs.defer("plan_autopay_of", queueing_lock=f"plan_autopay_of:{biller_id}", biller_id=biller_id)
    return plans


def _says(plans: Plans, payer_id: int) -> list[str]:
    """Return what the payer is told of autopay: `anew`, `goes_on`, both or nothing."""
    found = {"anew": payer_id in plans.anew, "goes_on": payer_id in plans.go_on}
    return [word for word, is_so in found.items() if is_so]


def _check(held: Opened, change: Change, difference: int) -> None:
    if not change.lines or sum(line.amount_minor for line in change.lines) <= 0:
        raise errors.Invalid(_("An invoice needs a total above zero."), field="lines")
    if change.due_on < held.invoice.issued_on:
        raise errors.Invalid(_("The due date is before the invoice date."), field="due_on")
    if difference < 0 and -difference > held.rest_minor:
        raise errors.Invalid(
            _("The total cannot be below what was paid, is on its way, or was taken by others."),
            field="lines",
        )
