"""Turn a checked import into accounts, payers, invoices, payments and books: all of it, in one short transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError
from django.utils.translation import gettext as _

from counterfoil.audit import operations as audit_operations
from counterfoil.billers import queries as biller_queries
from counterfoil.billers.queries import BillerRow
from counterfoil.core import db, errors, ids as core_ids
from counterfoil.core.actor import Actor
from counterfoil.flows.imports import check
from counterfoil.flows.invoices import announce, divide
from counterfoil.imports import operations as import_operations, queries as import_queries, states
from counterfoil.imports.queries import Import, ImportRow, StagedInvoice
from counterfoil.invoices import operations as invoice_operations
from counterfoil.invoices.drafts import NewInvoice, NewLine
from counterfoil.ledger import operations as ledger_operations, postings
from counterfoil.payers import operations as payer_operations, queries as payer_queries
from counterfoil.payers.drafts import NewAccount, NewLink, NewPayer
from counterfoil.payments import operations as payment_operations, states as payment_states
from counterfoil.payments.operations import NewEvent, NewPayment

CHUNK = 1_000

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class _Home:
    """Where the invoices of one account number belong."""

    account_id: int
    payer_id: int


@dataclass(frozen=True, slots=True)
class _Work:
    """What every chunk of one commit shares."""

    actor: Actor
    now: datetime
    biller: BillerRow
    imported: Import
    today: date
    homes: dict[str, _Home]
    tells_payers: bool = False


def run(
    *,
    actor: Actor,
    now: datetime,
    import_id: str,
    progress: Progress = lambda _: None,
    tells_payers: bool = False,
) -> ImportRow:
    """Commit a checked import, all or nothing; committing again changes nothing.

    With `tells_payers` those who get their invoices by e-mail are told of what is open and not due before today.

    `progress` is told the rows done so far.

    :raises errors.NotFound: no such import among those the actor may see.
    :raises errors.NotPermitted: the actor may not import for its biller.
    :raises errors.Refused: a row is refused, or the import is not checked.
    """
    seen = import_queries.get(actor=actor, public_id=import_id)
    actor.demand_staff("import", biller_id=seen.biller_id)
    biller = biller_queries.get(biller_id=seen.biller_id)
    try:
        with db.transaction():
            _commit(actor, now, import_id, biller, progress, tells_payers=tells_payers)
    except IntegrityError as error:
        # Another import or another person was faster with one of these numbers.
        raise errors.Stale(_("Something changed meanwhile. Please check the file again.")) from error
    return import_queries.get(actor=actor, public_id=import_id)


def _commit(
    actor: Actor,
    now: datetime,
    import_id: str,
    biller: BillerRow,
    progress: Progress,
    *,
    tells_payers: bool,
) -> None:
    imported = import_queries.lock(public_id=import_id)
    if imported.status == states.COMMITTED:
        return
    if imported.status != states.CHECKED:
        raise errors.Refused(_("This import was not checked. Please check it first."))
    check.judge(actor=actor, now=now, imported=imported)
    if imported.refused:
        raise errors.Refused(
            f"{imported.refused:,} of its rows are refused, so nothing was imported. Please correct the file."
        )
    today = biller_queries.today(biller=biller, now=now)
    work = _Work(actor, now, biller, imported, today, _homes(actor, now, imported), tells_payers)
    after, done = 0, 0
    while rows := import_queries.list_staged(imported=imported, after_line=after, limit=CHUNK):
        _bring_in(work, rows)
        if not done and imported.accepted > CHUNK:
            import_operations.take_statistics()
        after, done = rows[-1].line, done + len(rows)
        progress(done)
    divide.cover(now=now, pairs={(home.account_id, home.payer_id) for home in work.homes.values()})
    import_operations.mark_committed(imported=imported, now=now)
    audit_operations.record(
        actor=actor,
        biller_id=biller.id,
        action="import.committed",
        object_ref=imported.public_id,
        details={"imported": imported.accepted, "unchanged": imported.unchanged, "file_id": imported.file_id},
        now=now,
    )


def _homes(actor: Actor, now: datetime, imported: Import) -> dict[str, _Home]:
    """Return account and payer for each number, made where they are missing."""
    staged = import_queries.list_staged_accounts(imported=imported)
    numbers = [account.number for account in staged]
    known = payer_queries.map_account_numbers(actor=actor, biller_id=imported.biller_id, numbers=numbers)
    fresh = [account for account in staged if account.number not in known]
    made = payer_operations.create_accounts(
        biller_id=imported.biller_id,
        new=[NewAccount(number=a.number, holder_name=a.holder_name) for a in fresh],
        now=now,
    )
    payer_ids = payer_operations.create_payers(
        biller_id=imported.biller_id,
        new=[NewPayer(name=a.payer_name, email=a.payer_email) for a in fresh],
        now=now,
    )
    homes = {a.number: _Home(made[a.number], payer_id) for a, payer_id in zip(fresh, payer_ids, strict=True)}
    payer_operations.link_many(
        biller_id=imported.biller_id,
        new=[NewLink(account_id=home.account_id, payer_id=home.payer_id) for home in homes.values()],
    )
    payers = payer_queries.map_default_payers(
        actor=actor, biller_id=imported.biller_id, account_ids=known.values()
    )
    return homes | {number: _Home(account_id, payers[account_id]) for number, account_id in known.items()}


def _bring_in(work: _Work, rows: Sequence[StagedInvoice]) -> None:
    invoice_ids = invoice_operations.create_many(drafts=[_invoice(work, row) for row in rows], now=work.now)
    settled = [row for row in rows if _paid_on(work, row) is not None]
    payment_refs = _payments(work, settled, invoice_ids)
    entries = [_issued(work, row, invoice_ids[row.number]) for row in rows]
    entries += [
        _recorded(work, row, invoice_ids[row.number], ref)
        for row, ref in zip(settled, payment_refs, strict=True)
    ]
    ledger_operations.post(entries=entries, now=work.now)
    if work.tells_payers:
        announce.queue(
            biller=work.biller, invoice_ids=invoice_ids.values(), due_from=work.today, now=work.now
        )


def _invoice(work: _Work, row: StagedInvoice) -> NewInvoice:
    home = work.homes[row.account_number]
    return NewInvoice(
        biller_id=work.biller.id,
        account_id=home.account_id,
        payer_id=home.payer_id,
        number=row.number,
        issued_on=row.issued_on,
        due_on=row.due_on,
        currency=work.biller.currency,
        lines=tuple(NewLine(description, minor) for description, minor in row.lines),
        is_disputed=row.is_disputed,
        memo=row.memo,
        paid_on=_paid_on(work, row),
    )


def _payments(work: _Work, rows: Sequence[StagedInvoice], invoice_ids: dict[str, int]) -> list[str]:
    """Record what was paid outside; return the payments' public ids in the order of the rows."""
    public_ids = core_ids.new_many("payment", len(rows))
    drafts = [
        _payment(work, row, invoice_ids[row.number], public_id)
        for row, public_id in zip(rows, public_ids, strict=True)
    ]
    ids = payment_operations.create_many(actor=work.actor, drafts=drafts, now=work.now)
    payment_operations.record_events(
        actor=work.actor,
        now=work.now,
        events=[
            NewEvent(d.biller_id, ids[d.public_id], "payment.recorded", {"on": d.submitted_on.isoformat()})
            for d in drafts
        ],
    )
    return [d.public_id for d in drafts]


def _payment(work: _Work, row: StagedInvoice, invoice_id: int, public_id: str) -> NewPayment:
    home = work.homes[row.account_number]
    paid_on = _paid_on(work, row) or work.today
    return NewPayment(
        biller_id=work.biller.id,
        account_id=home.account_id,
        payer_id=home.payer_id,
        method_id=None,
        authorization_id=None,
        scope="import",
        key=row.number,
        request_hash=row.fingerprint,
        origin="import",
        status=payment_states.SETTLED,
        amount_minor=row.total_minor,
        currency=work.biller.currency,
        method_kind="external",
        method_label="Paid outside the portal",
        method_last4="",
        submitted_on=paid_on,
        effective_on=paid_on,
        paid_on=paid_on,
        shares=((invoice_id, row.total_minor),),
        public_id=public_id,
    )


def _issued(work: _Work, row: StagedInvoice, invoice_id: int) -> postings.EntryDraft:
    source = _source(work, row, f"inv:{invoice_id}", row.issued_on)
    return postings.invoice_issued(source, invoice_id=invoice_id, total_minor=row.total_minor)


def _recorded(work: _Work, row: StagedInvoice, invoice_id: int, ref: str) -> postings.EntryDraft:
    source = _source(work, row, ref, _paid_on(work, row) or work.today)
    return postings.payment_recorded(
        source, shares=[(invoice_id, row.total_minor)], amount_minor=row.total_minor
    )


def _source(work: _Work, row: StagedInvoice, ref: str, on: date) -> postings.Source:
    home = work.homes[row.account_number]
    return postings.Source(
        biller_id=work.biller.id,
        ref=ref,
        currency=work.biller.currency,
        billing_account_id=home.account_id,
        payer_id=home.payer_id,
        posted_on=work.today,
        effective_on=on,
    )


def _paid_on(work: _Work, row: StagedInvoice) -> date | None:
    """Return the day the invoice was settled, unless that is after the day the import looks from."""
    if row.settled_on is None or (work.imported.as_of is not None and row.settled_on > work.imported.as_of):
        return None
    return row.settled_on
