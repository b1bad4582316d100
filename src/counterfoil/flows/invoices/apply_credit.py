"""Unapplied credit goes to the next invoice by itself (product.md 7)."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime

from counterfoil.audit import operations as audit_operations
from counterfoil.billers import queries as biller_queries
from counterfoil.billers.queries import BillerRow
from counterfoil.core import db
from counterfoil.core.actor import WORKER, Actor
from counterfoil.invoices import operations as invoice_operations, queries as invoice_queries
from counterfoil.ledger import operations as ledger_operations, postings, queries as ledger_queries
from counterfoil.payers import queries as payer_queries
from counterfoil.payments import operations as payment_operations, queries as payment_queries


def run(*, actor: Actor, now: datetime, payer_id: int, account_id: int) -> int:
    """Spend one payer's credit on one account, oldest money on the oldest due invoice; return the minor units spent."""
    return db.in_transaction(lambda: _apply(actor, now, payer_id, account_id))


def run_left(*, actor: Actor, now: datetime, biller_id: int) -> int:
    """Spend credit that lies beside open invoices of one biller; return the minor units spent.

    Credit is spent right after the commit that made it: a crash in between, or a lock that was not to be had,
    leaves it lying.
    """
    lying = ledger_queries.list_credits(actor=actor, biller_id=biller_id)
    opened = invoice_queries.sum_open(actor=actor, payer_ids={payer_id for _, payer_id in lying})
    payable = {(row.account_id, row.payer_id) for row in opened if row.next_due_on is not None}
    spent = 0
    for account_id, payer_id in sorted(lying & payable):
        with suppress(db.Busy):
            spent += run(actor=actor, now=now, payer_id=payer_id, account_id=account_id)
    return spent


def _apply(actor: Actor, now: datetime, payer_id: int, account_id: int) -> int:
    account = payer_queries.lock_accounts(account_ids=[account_id])[0]
    biller = biller_queries.get(biller_id=account.biller_id)
    sources = payment_queries.credit_sources(account_id=account_id, payer_id=payer_id)
    if not sources or not biller.portal.credit_applies_by_itself:
        return 0
    today = biller_queries.today(biller=biller, now=now)
    pair = (account_id, payer_id)
    invoices = invoice_queries.lock(invoice_ids=invoice_queries.open_ids(pairs={pair}))
    # Read as the installation: the credit may be another payer's of the account than the actor's.
    owed = invoice_queries.list_open_of(actor=WORKER, pairs={pair}).get(pair, [])
    uses = _match(sources, [(row.id, row.payable_minor) for row in owed])
    allocation_ids = payment_operations.allocate(
        rows=[(biller.id, payment_id, invoice_id, part, today) for payment_id, invoice_id, part in uses],
        kind="credit",
    )
    by_id = {invoice.pk: invoice for invoice in invoices}
    parts = invoice_queries.parts_of(invoices=invoices)
    for _, invoice_id, part in uses:
        invoice_operations.change_balances(invoice=by_id[invoice_id], on=today, open_minor=-part)
        invoice_operations.change_part(part=parts.get((invoice_id, payer_id)), paid_minor=part)
    invoice_operations.save_balances(invoices=[by_id[i] for i in {invoice_id for _, invoice_id, _ in uses}])
    invoice_operations.save_parts(parts=parts.values())
    owners = {invoice_id: by_id[invoice_id].payer_id for _, invoice_id, _ in uses}
    entries = [
        _entry(biller, pair, pk, (invoice_id, part), owners[invoice_id], today)
        for pk, (_, invoice_id, part) in zip(allocation_ids, uses, strict=True)
    ]
    ledger_operations.post(entries=entries, now=now)
    audit_operations.record_many(
        [
            audit_operations.NewEvent(
                actor, biller.id, "credit.applied", by_id[invoice_id].public_id, {"amount_minor": part}, now
            )
            for _, invoice_id, part in uses
        ]
    )
    return sum(part for _, _, part in uses)


def _entry(
    biller: BillerRow,
    pair: tuple[int, int],
    allocation_id: int,
    use: tuple[int, int],
    owner_id: int,
    today: date,
) -> postings.EntryDraft:
    """Return the entry of one use of credit; the invoice's addressee owes less by it, whoever's credit it is."""
    account_id, payer_id = pair
    invoice_id, part = use
    ref = f"alc:{allocation_id}"
    source = postings.Source(
        biller.id, ref, biller.currency, account_id, payer_id, today, today, {invoice_id: owner_id}
    )
    return postings.credit_applied(source, invoice_id=invoice_id, amount_minor=part)


def _match(sources: list[tuple[int, int]], wants: list[tuple[int, int]]) -> list[tuple[int, int, int]]:
    """Pair money left over with what is open: `(payment, invoice, minor units)`, first come first served."""
    uses, left = [], list(sources)
    for invoice_id, wanted in wants:
        want = wanted
        while want > 0 and left:
            payment_id, rest = left.pop(0)
            part = min(rest, want)
            uses.append((payment_id, invoice_id, part))
            want -= part
            if rest > part:
                left.insert(0, (payment_id, rest - part))
    return uses
