"""Staff take something off an invoice.

How it fails: more is taken off than is owed and not on its way (refused, under lock); two clicks take it off twice
(the entry's source is the form's key, once in the books); somebody pays at the same moment (both hold account and
invoice, and what was reviewed before is refused at Submit); autopay has told of more (on its day it takes what is then
left, and tells that it takes less: nothing is put off for it).
"""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError
from django.utils.translation import gettext as _

from counterfoil.audit import operations as audit_operations
from counterfoil.core import db, errors
from counterfoil.core.actor import Actor
from counterfoil.flows.invoices import opened as openeds
from counterfoil.flows.invoices.void import REASON_LENGTH
from counterfoil.invoices import operations as invoice_operations, queries as invoice_queries
from counterfoil.ledger import operations as ledger_operations, postings, queries as ledger_queries

ONCE = "ledger_entry_once"


def run(*, actor: Actor, now: datetime, ref: str, amount_minor: int, reason: str, key: str) -> None:
    """Take minor units off and tell the addressee. The same `key` again changes nothing.

    :raises errors.NotFound: not one the actor sees.
    :raises errors.NotPermitted: the role may not change invoices.
    :raises errors.Invalid: an amount of nothing, or of more than the addressee owes and is not on its way.
    :raises errors.Stale: it is not open any more.
    """
    if len(reason) > REASON_LENGTH:
        raise errors.Invalid(_("Please use at most 200 letters."), field="reason")
    try:
        db.in_transaction(lambda: _credit(actor, now, ref, amount_minor, reason, key))
    except IntegrityError as error:
        if ONCE not in str(error):
            raise
    except (errors.Stale, errors.Invalid):
        # A second click on a credit of all that was owed finds the invoice closed by the first.
        if not _is_done(actor, ref, key):
            raise


def _is_done(actor: Actor, ref: str, key: str) -> bool:
    invoice = invoice_queries.get(actor=actor, public_id=ref)
    memos = ledger_queries.list_memos_on(actor=actor, invoice_id=invoice.id)
    return any(memo.source_ref == _source_ref(invoice.id, key) for memo in memos)


def _source_ref(invoice_id: int, key: str) -> str:
    return f"inv:{invoice_id}:{key}"


def _credit(actor: Actor, now: datetime, ref: str, amount_minor: int, reason: str, key: str) -> None:
    held = openeds.lock(actor=actor, now=now, ref=ref)
    invoice = held.invoice
    if not 0 < amount_minor <= held.rest_minor:
        raise errors.Invalid(
            _("Type an amount above zero, and not more than is owed and not on its way."), field="amount"
        )
    entry = postings.invoice_credited(
        held.source(_source_ref(invoice.pk, key)), invoice_id=invoice.pk, amount_minor=amount_minor
    )
    ledger_operations.post(entries=[entry], now=now)
    invoice_operations.change_balances(invoice=invoice, on=held.today, open_minor=-amount_minor)
    invoice_operations.save_balances(invoices=[invoice])
    audit_operations.record(
        actor=actor,
        biller_id=held.biller.id,
        action="invoice.credited",
        object_ref=invoice.public_id,
        details={"amount_minor": amount_minor},
        now=now,
    )
    openeds.tell(
        opened=held,
        key="invoice_credited",
        payer_ids=[invoice.payer_id],
        more={"amount_minor": amount_minor, "reason": reason},
        once=f"{invoice.public_id}:{key}",
        now=now,
    )
