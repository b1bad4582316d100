"""Everything a payment is decided on, read set-based: as many queries for two hundred orders as for one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.utils.translation import gettext as _

from counterfoil.billers import queries as biller_queries
from counterfoil.billers.queries import BillerRow
from counterfoil.core import errors
from counterfoil.core.actor import Actor, ActorKind
from counterfoil.flows.payments import helping
from counterfoil.flows.payments.helping import Helping
from counterfoil.flows.payments.orders import PayOrder
from counterfoil.invoices import queries as invoice_queries
from counterfoil.invoices.queries import InvoiceRow
from counterfoil.ledger import queries as ledger_queries
from counterfoil.methods import queries as method_queries
from counterfoil.methods.queries import MethodRow
from counterfoil.payers import queries as payer_queries
from counterfoil.payers.rows import AccountRow, PayerRow
from counterfoil.payments import queries as payment_queries
from counterfoil.rules import queries as rule_queries

RETURN_WINDOW = "ach_return_window_days"


@dataclass(frozen=True, slots=True)
class Facts:
    """What one order is decided on. Amounts in minor units; `today` is the biller's.

    `is_open`: the biller takes payments, and from this actor; `return_window_days`: how long a bank can send a
    debit back, by the rule of that day.
    """

    biller: BillerRow
    payer: PayerRow
    account: AccountRow
    found_method: MethodRow | None
    invoices: tuple[InvoiceRow, ...]
    pending_minor: int
    credit_minor: int
    prepayment_allowed: bool
    paid_after_bank_days: int
    min_card_minor: int
    today: date
    is_open: bool
    return_window_days: int
    # Who pays is a helper: the invoices and the sums are those of the payer who gave the access.
    helping: Helping | None = None
    # Unapplied money of the account, whether it applies by itself or not.
    unapplied_minor: int = 0

    @property
    def method(self) -> MethodRow:
        """The method to pay with.

        :raises errors.Invalid: it is gone, or not the actor's.
        """
        if self.found_method is None:
            raise errors.Invalid(_("Choose how you want to pay."), field="method")
        return self.found_method

    @property
    def open_minor(self) -> int:
        """What is left on the open invoices addressed to the payer, due or not."""
        return sum(invoice.open_minor for invoice in self.invoices)

    @property
    def ahead_minor(self) -> int:
        """What is kept as credit, and what is on its way to be. A payment that becomes Paid does not change the sum."""
        on_invoices = sum(invoice.pending_minor for invoice in self.invoices)
        return self.unapplied_minor + self.pending_minor - on_invoices

    @property
    def outstanding_minor(self) -> int:
        """The one sum of product.md 7: open, less pending, less credit, never below zero."""
        return max(0, self.open_minor - self.pending_minor - self.credit_minor)


def load(*, actor: Actor, now: datetime, orders: Sequence[PayOrder]) -> list[Facts]:
    """Return the facts of each order, as far as the actor may see them.

    :raises errors.NotFound: the payer or the account is not the actor's to use.
    """
    helped = helping.find(actor=actor, now=now)
    payer_ids = {order.payer_id for order in orders}
    payers = {row.id: row for row in payer_queries.list_payers_by_ids(actor=actor, payer_ids=payer_ids)}
    account_ids = {order.account_id for order in orders}
    accounts = {
        row.id: row for row in payer_queries.list_accounts_by_ids(actor=actor, account_ids=account_ids)
    }
    methods = {
        row.public_id: row
        for row in method_queries.list_by_refs(actor=actor, refs={order.method_ref for order in orders})
    }
    pairs = {helping.pair(helped, order) for order in orders}
    invoices = invoice_queries.list_open_of(actor=actor, pairs=pairs)
    pending = payment_queries.sum_pending(actor=actor, payer_ids={payer_id for _, payer_id in pairs})
    credit = ledger_queries.credits_of(actor=actor, pairs=pairs)
    billers = biller_queries.list_by_ids(biller_ids={row.biller_id for row in payers.values()})
    windows = _return_windows(billers.values(), now)
    loaded = []
    for order in orders:
        payer, account = payers.get(order.payer_id), accounts.get(order.account_id)
        if payer is None or account is None or payer.biller_id != account.biller_id:
            raise errors.NotFound("payer or account")
        method = methods.get(order.method_ref)
        pair, biller = helping.pair(helped, order), billers[payer.biller_id]
        known = _facts(biller, payer, account, method, invoices.get(pair, ()), pending.get(pair, 0),
                       credit.get(pair, 0), windows, is_open=_is_open(biller, actor), now=now)  # fmt: skip
        loaded.append(replace(known, helping=helped) if helped else known)
    return loaded


def _facts(  # noqa: PLR0913, PLR0917 - the parts of one value
    biller: BillerRow,
    payer: PayerRow,
    account: AccountRow,
    method: MethodRow | None,
    invoices: Sequence[InvoiceRow],
    pending: int,
    credit: int,
    windows: Mapping[date, int],
    *,
    is_open: bool,
    now: datetime,
) -> Facts:
    paying, today = biller.payments, biller_queries.today(biller=biller, now=now)
    return Facts(
        biller=biller,
        payer=payer,
        account=account,
        found_method=method,
        invoices=tuple(invoices),
        pending_minor=pending,
        credit_minor=credit if biller.portal.credit_applies_by_itself else 0,
        prepayment_allowed=biller.portal.prepayment_allowed,
        paid_after_bank_days=paying.paid_after_bank_days,
        min_card_minor=paying.min_card_minor,
        today=today,
        is_open=is_open,
        return_window_days=windows[today],
        unapplied_minor=credit,
    )


def _is_open(biller: BillerRow, actor: Actor) -> bool:
    """Tell whether the biller takes payments at all, and from payers themselves where one of them asks."""
    is_payer = actor.kind == ActorKind.PAYER
    return biller.payments.gateway_on and (biller.portal.portal_on or not is_payer)


def _return_windows(billers: Iterable[BillerRow], now: datetime) -> dict[date, int]:
    """Return the rule for each of the billers' days: three at most, wherever on earth they are."""
    days = {biller_queries.today(biller=biller, now=now) for biller in billers}
    return {day: rule_queries.integer_at(RETURN_WINDOW, on=day) for day in days}
