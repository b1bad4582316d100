"""The one sum of product.md 7: what is outstanding for a payer and an account. No other figure is shown anywhere."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from counterfoil.billers import queries as biller_queries
from counterfoil.billers.queries import BillerRow
from counterfoil.core.actor import Actor
from counterfoil.invoices import queries as invoice_queries
from counterfoil.ledger import queries as ledger_queries
from counterfoil.payers import queries as payer_queries
from counterfoil.payments import queries as payment_queries


@dataclass(frozen=True, slots=True)
class Balance:
    """What one payer owes on one billing account. Amounts in minor units."""

    account_id: int
    account_ref: str
    account_number: str
    for_whom: str
    payer_id: int
    payer_ref: str
    biller_id: int
    open_minor: int
    pending_minor: int
    credit_minor: int
    next_due_on: date | None
    open_count: int
    credit_applies: bool = True

    @property
    def outstanding_minor(self) -> int:
        """Open, less pending, less credit that applies by itself, never below zero."""
        credit = self.credit_minor if self.credit_applies else 0
        return max(0, self.open_minor - self.pending_minor - credit)


def list_for(
    *, actor: Actor, payer_ids: Collection[int], billers: Mapping[int, BillerRow] | None = None
) -> list[Balance]:
    """Return the balance of every account these payers pay for, by holder's name. Six queries, however many.

    A caller that has read the payers' billers already gives them; that saves two of the six.

    Credit counts where it applies by itself; a biller that leaves it to the payer shows it beside the sum.
    """
    links = payer_queries.list_payer_accounts(actor=actor, payer_ids=list(payer_ids))
    opened = {
        (row.account_id, row.payer_id): row
        for row in invoice_queries.sum_open(actor=actor, payer_ids=payer_ids)
    }
    pending = payment_queries.sum_pending(actor=actor, payer_ids=payer_ids)
    pairs = {(link.account.id, link.payer.id) for link in links}
    credit = ledger_queries.credits_of(actor=actor, pairs=pairs)
    if billers is None:
        billers = biller_queries.list_by_ids(biller_ids={link.payer.biller_id for link in links})
    balances = []
    for link in links:
        pair = (link.account.id, link.payer.id)
        sums = opened.get(pair)
        balances.append(
            Balance(
                account_id=link.account.id,
                account_ref=link.account.public_id,
                account_number=link.account.number,
                for_whom=link.account.holder_name,
                payer_id=link.payer.id,
                payer_ref=link.payer.public_id,
                biller_id=link.payer.biller_id,
                open_minor=sums.open_minor if sums else 0,
                pending_minor=pending.get(pair, 0),
                credit_minor=credit.get(pair, 0),
                next_due_on=sums.next_due_on if sums else None,
                open_count=sums.count if sums else 0,
                credit_applies=billers[link.payer.biller_id].portal.credit_applies_by_itself,
            )
        )
    return sorted(balances, key=lambda b: (b.for_whom, b.account_id))
