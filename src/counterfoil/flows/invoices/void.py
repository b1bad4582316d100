"""Staff take an invoice back: nothing is owed on it any more, and what was paid on it becomes credit.

How it fails: somebody pays at the same moment (both hold account and invoice: whoever is second is refused, or
finds nothing to pay); something is set for later for it (on its day nothing is found to pay, and that is told); a
payment on its way would pay what is no longer there (refused while one is); what was paid is lost (its allocations
are released and the same amount becomes the payer's credit, in one balanced entry); a bank sends such a payment back
later (its released part is no longer the invoice's: the credit goes); two clicks (the second finds it void).
"""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from counterfoil.audit import operations as audit_operations
from counterfoil.core import db, errors
from counterfoil.core.actor import Actor
from counterfoil.flows.invoices import apply_credit, opened as openeds
from counterfoil.flows.invoices.opened import Opened
from counterfoil.invoices import operations as invoice_operations, states
from counterfoil.ledger import operations as ledger_operations, postings
from counterfoil.payments import operations as payment_operations, queries as payment_queries

REASON_LENGTH = 200


def run(*, actor: Actor, now: datetime, ref: str, reason: str = "") -> None:
    """Void it and tell its addressee, and who shares it.

    :raises errors.NotFound: not one the actor sees.
    :raises errors.NotPermitted: the role may not change invoices.
    :raises errors.Stale: it is not open, or a payment for it is on its way.
    """
    if len(reason) > REASON_LENGTH:
        raise errors.Invalid(_("Please use at most 200 letters."), field="reason")
    credited = db.in_transaction(lambda: _void(actor, now, ref, reason))
    for account_id, payer_id in sorted(credited):
        apply_credit.run(actor=actor, now=now, payer_id=payer_id, account_id=account_id)


def _void(actor: Actor, now: datetime, ref: str, reason: str) -> dict[tuple[int, int], int]:
    held = openeds.lock(actor=actor, now=now, ref=ref)
    openeds.demand_nothing_pending(held)
    invoice, open_minor = held.invoice, held.invoice.open_minor
    credited = _release(held)
    told = [invoice.payer_id, *held.sharer_ids]
    invoice.open_minor = 0
    event = invoice_operations.transition(invoice=invoice, to=states.VOID, on=None)
    invoice_operations.save_balances(invoices=[invoice])
    _end_parts(held)
    entry = postings.invoice_voided(
        held.source(f"inv:{invoice.pk}"),
        invoice_id=invoice.pk,
        open_minor=open_minor,
        made_credit=[(*pair, amount) for pair, amount in sorted(credited.items())],
    )
    ledger_operations.post(entries=[entry], now=now)
    audit_operations.record(
        actor=actor,
        biller_id=held.biller.id,
        action=event,
        object_ref=invoice.public_id,
        details={"open_minor": open_minor, "credited_minor": sum(credited.values())},
        now=now,
    )
    for payer_id in told:
        mine = sum(amount for (_account, payer), amount in credited.items() if payer == payer_id)
        openeds.tell(
            opened=held,
            key="invoice_voided",
            payer_ids=[payer_id],
            more={"credit_minor": mine, "reason": reason},
            once=invoice.public_id,
            now=now,
        )
    return credited


def _release(held: Opened) -> dict[tuple[int, int], int]:
    """Free what pays the invoice; return the credit it becomes, by account and payer."""
    paying = payment_queries.list_paying(invoice_id=held.invoice.pk)
    payment_queries.lock(payment_ids={each.payment_id for each in paying})
    payment_operations.release_allocations(marks=[(each.id, held.today) for each in paying])
    credited: dict[tuple[int, int], int] = {}
    for each in paying:
        pair = (each.account_id, each.payer_id)
        credited[pair] = credited.get(pair, 0) + each.amount_minor
    return credited


def _end_parts(held: Opened) -> None:
    for part in held.parts.values():
        invoice_operations.end_part(part=part)
        invoice_operations.change_part(part=part, paid_minor=-part.paid_minor)
    invoice_operations.save_parts(parts=held.parts.values())
