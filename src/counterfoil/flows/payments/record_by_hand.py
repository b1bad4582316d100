"""Staff write down money that came outside every gateway: a check, cash, another system.

How it fails: two clicks record it twice (one payment for a form's key); it pays what is on its way already (at most
what is open and not pending, under the locks of account and invoices); more came than is owed (the rest is the
payer's credit); it is for somebody else's invoice (only those that this payer owes on this account are offered).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.db import IntegrityError
from django.utils.translation import gettext as _

from counterfoil.audit import operations as audit_operations
from counterfoil.billers import queries as biller_queries
from counterfoil.billers.queries import BillerRow
from counterfoil.core import db, errors
from counterfoil.core.actor import OPERATOR, Actor
from counterfoil.flows.notices import bills
from counterfoil.identity import permissions
from counterfoil.invoices import operations as invoice_operations, queries as invoice_queries
from counterfoil.invoices.queries import Invoice, InvoiceRow
from counterfoil.ledger import operations as ledger_operations, postings
from counterfoil.notices import operations as notice_operations
from counterfoil.notices.operations import NewNotice
from counterfoil.payers import queries as payer_queries
from counterfoil.payers.rows import AccountRow, PayerRow
from counterfoil.payments import operations as payment_operations, queries as payment_queries, states
from counterfoil.payments.operations import NewEvent, NewPayment

SCOPE: Final = "hand"
CHECK, CASH, EXTERNAL = "check", "cash", "external"
KINDS: Final = (CHECK, CASH, EXTERNAL)
OLDEST, CREDIT = "oldest", "credit"
MOST_MINOR: Final = 100_000_000_00
OLDEST_DAY: Final = timedelta(days=366)
KEY_ONCE: Final = "payment_key_once"


@dataclass(frozen=True, slots=True)
class Record:
    """What came. `applies_to`: oldest invoices first, or credit, which pays nothing yet. `key` is the form's."""

    account_ref: str
    payer_ref: str
    kind: str
    amount_minor: int
    received_on: date
    applies_to: str
    key: str
    check_number: str = ""

    @property
    def digest(self) -> str:
        """What tells the same form with other content from a second click."""
        parts = (
            self.account_ref, self.payer_ref, self.kind, str(self.amount_minor), self.received_on.isoformat(),
            self.applies_to, self.check_number,
        )  # fmt: skip
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class _Home:
    biller: BillerRow
    account: AccountRow
    payer: PayerRow
    today: date


def run(*, actor: Actor, now: datetime, record: Record) -> str:
    """Record it as Paid, apply it, and tell the payer; return the payment's public id. The same key again: the same.

    :raises errors.NotFound: not an account or a payer the actor sees.
    :raises errors.NotPermitted: the role may not record payments.
    :raises errors.Invalid: an amount, a day or a payer that cannot be; `field` names it.
    :raises errors.Stale: the key was used for another content.
    """
    account = payer_queries.get_account(actor=actor, public_id=record.account_ref)
    payer = payer_queries.get_payer(actor=actor, public_id=record.payer_ref)
    actor.demand_staff(permissions.RECORD_PAYMENTS, biller_id=account.biller_id)
    biller = biller_queries.get(biller_id=account.biller_id)
    home = _Home(biller, account, payer, biller_queries.today(biller=biller, now=now))
    _check(home, record)
    try:
        return db.in_transaction(lambda: _record(actor, now, home, record))
    except IntegrityError as error:
        if KEY_ONCE not in str(error):
            raise
        return _known(home, record) or ""


def _check(home: _Home, record: Record) -> None:
    if not payer_queries.has_link(account_id=home.account.id, payer_id=home.payer.id):
        raise errors.Invalid(_("This payer does not pay for the account."), field="payer")
    if record.kind not in KINDS:
        raise errors.Invalid(_("Choose how it was paid."), field="kind")
    if not 0 < record.amount_minor <= MOST_MINOR:
        raise errors.Invalid(_("Type an amount above zero."), field="amount")
    if not home.today - OLDEST_DAY <= record.received_on <= home.today:
        raise errors.Invalid(_("The day must be in the last year, and not ahead."), field="received_on")


def _known(home: _Home, record: Record) -> str | None:
    found = payment_queries.find_by_key(biller_id=home.biller.id, scope_name=SCOPE, key=record.key)
    if found is None:
        return None
    if found[2] != record.digest:
        raise errors.Stale(_("This form was used already. Please open it again."))
    return found[1]


def _record(actor: Actor, now: datetime, home: _Home, record: Record) -> str:
    payer_queries.lock_accounts(account_ids=[home.account.id])
    known = _known(home, record)
    if known is not None:
        return known
    pair = (home.account.id, home.payer.id)
    invoices = invoice_queries.lock(invoice_ids=invoice_queries.open_ids(pairs={pair}))
    owed = invoice_queries.list_open_of(actor=OPERATOR, pairs={pair}).get(pair, [])
    shares = _shares(owed, record)
    draft = _draft(home, record, shares)
    ids = payment_operations.create_many(actor=actor, drafts=[draft], now=now)
    event = NewEvent(
        home.biller.id, ids[draft.public_id], "payment.recorded", {"on": record.received_on.isoformat()}
    )
    payment_operations.record_events(actor=actor, now=now, events=[event])
    _apply(home, record, invoices, shares)
    addressees = {invoice.pk: invoice.payer_id for invoice in invoices}
    source = postings.Source(
        home.biller.id,
        draft.public_id,
        home.biller.currency,
        *pair,
        home.today,
        record.received_on,
        addressees,
    )
    entry = postings.payment_recorded(source, shares=shares, amount_minor=record.amount_minor)
    ledger_operations.post(entries=[entry], now=now)
    audit_operations.record(
        actor=actor,
        biller_id=home.biller.id,
        action="payment.recorded",
        object_ref=draft.public_id,
        details={"kind": record.kind, "amount_minor": record.amount_minor},
        now=now,
    )
    _tell(home, record, draft, shares, {row.id: row for row in owed}, now)
    return draft.public_id


def _apply(
    home: _Home, record: Record, invoices: Sequence[Invoice], shares: Sequence[tuple[int, int]]
) -> None:
    """Lower what is open on the locked invoices, and what is left of this payer's part of a shared one."""
    by_id = {invoice.pk: invoice for invoice in invoices}
    parts = invoice_queries.parts_of(invoices=invoices)
    for invoice_id, part in shares:
        invoice_operations.change_balances(invoice=by_id[invoice_id], on=record.received_on, open_minor=-part)
        invoice_operations.change_part(part=parts.get((invoice_id, home.payer.id)), paid_minor=part)
    invoice_operations.save_balances(invoices=[by_id[invoice_id] for invoice_id, _part in shares])
    invoice_operations.save_parts(parts=parts.values())


def _shares(owed: Sequence[InvoiceRow], record: Record) -> list[tuple[int, int]]:
    """Give the money to what is due first; what is left over stays credit."""
    shares, left = [], record.amount_minor if record.applies_to == OLDEST else 0
    for row in owed:
        part = min(left, row.payable_minor)
        if part > 0:
            shares.append((row.id, part))
            left -= part
    return shares


def _draft(home: _Home, record: Record, shares: Sequence[tuple[int, int]]) -> NewPayment:
    label = {CHECK: "Check", CASH: "Cash", EXTERNAL: "Paid outside the portal"}[record.kind]
    return NewPayment(
        biller_id=home.biller.id,
        account_id=home.account.id,
        payer_id=home.payer.id,
        method_id=None,
        authorization_id=None,
        scope=SCOPE,
        key=record.key,
        request_hash=record.digest,
        origin="hand",
        status=states.SETTLED,
        amount_minor=record.amount_minor,
        currency=home.biller.currency,
        method_kind=record.kind,
        method_label=f"{label} {record.check_number}".strip(),
        method_last4="",
        submitted_on=record.received_on,
        effective_on=record.received_on,
        paid_on=record.received_on,
        shares=tuple(shares),
    )


def _tell(
    home: _Home,
    record: Record,
    draft: NewPayment,
    shares: Sequence[tuple[int, int]],
    rows: dict[int, InvoiceRow],
    now: datetime,
) -> None:
    if not home.payer.email:
        return
    [payment] = payment_queries.list_by_refs(refs=[draft.public_id])
    notice_operations.queue(
        now=now,
        **NewNotice(
            biller_id=home.biller.id,
            key="payment_recorded",
            to_email=home.payer.email,
            payer_id=home.payer.id,
            locale=home.payer.locale,
            zone=home.biller.zone,
            data={
                "biller": bills.face(home.biller),
                "payer_name": home.payer.name,
                "for_whom": home.account.holder_name,
                "payment_number": payment[1],
                "received_on": record.received_on.isoformat(),
                "method_kind": record.kind,
                "check_number": record.check_number,
                "amount_minor": record.amount_minor,
                "credit_minor": record.amount_minor - sum(part for _invoice, part in shares),
                "lines": [
                    {"invoice_number": rows[invoice_id].number, "amount_minor": part}
                    for invoice_id, part in shares
                ],
                "currency": home.biller.currency,
                "link": f"/billing/payments/{draft.public_id}/",
            },
            subject_ref=draft.public_id,
        ),
    )
