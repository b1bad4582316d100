"""Judge a staged import: each row against the others, against earlier imports and against the biller's books."""

from __future__ import annotations

from datetime import datetime

from counterfoil.core import db
from counterfoil.core.actor import Actor
from counterfoil.imports import operations as import_operations, queries as import_queries, states
from counterfoil.imports.queries import Import, ImportRow
from counterfoil.invoices import queries as invoice_queries
from counterfoil.payers import queries as payer_queries

CHUNK = 5_000
TAKEN = "duplicate number: an invoice with this number is there already and says something else"
NO_PAYER = "the account is there already but nobody pays for it; give it a payer first"


def run(*, actor: Actor, now: datetime, import_id: str) -> ImportRow:
    """Judge all rows and return the counts. Judging again is safe.

    :raises errors.NotFound: no such import among those the actor may see.
    :raises errors.NotPermitted: the actor may not import for its biller.
    """
    seen = import_queries.get(actor=actor, public_id=import_id)
    actor.demand_staff("import", biller_id=seen.biller_id)
    with db.transaction():
        imported = import_queries.lock(public_id=import_id)
        if imported.status in {states.READING, states.CHECKED}:
            judge(actor=actor, now=now, imported=imported)
    return import_queries.get(actor=actor, public_id=import_id)


def judge(*, actor: Actor, now: datetime, imported: Import) -> None:
    """Judge the rows of a locked import, in the transaction that holds the lock."""
    import_operations.judge(imported=imported, now=now)
    _refuse_taken_numbers(actor, imported)
    _refuse_accounts_without_payer(actor, imported)
    import_operations.count(imported=imported, now=now)


def _refuse_taken_numbers(actor: Actor, imported: Import) -> None:
    after = 0
    while rows := import_queries.list_staged_numbers(imported=imported, after_line=after, limit=CHUNK):
        after = rows[-1][0]
        taken = invoice_queries.list_taken_numbers(
            actor=actor, biller_id=imported.biller_id, numbers=[number for _, number in rows]
        )
        import_operations.refuse_numbers(imported=imported, numbers=taken, reason=TAKEN)


def _refuse_accounts_without_payer(actor: Actor, imported: Import) -> None:
    numbers = [account.number for account in import_queries.list_staged_accounts(imported=imported)]
    ids = payer_queries.map_account_numbers(actor=actor, biller_id=imported.biller_id, numbers=numbers)
    payers = payer_queries.map_default_payers(
        actor=actor, biller_id=imported.biller_id, account_ids=ids.values()
    )
    lonely = [number for number, account_id in ids.items() if account_id not in payers]
    import_operations.refuse_accounts(imported=imported, account_numbers=lonely, reason=NO_PAYER)
