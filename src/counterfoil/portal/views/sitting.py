"""What the steps of several payments in one sitting share: what is owed, what was chosen, and what came of it."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import get_language

from counterfoil.billers import queries as biller_queries
from counterfoil.billers.queries import BillerRow
from counterfoil.core import tokens
from counterfoil.flows.payments import spread
from counterfoil.flows.payments.orders import Mode, PayOrder, Quote
from counterfoil.flows.payments.recent import Recent
from counterfoil.invoices import queries as invoice_queries
from counterfoil.payers import permissions
from counterfoil.payments import balances, queries as payment_queries
from counterfoil.payments.balances import Balance
from counterfoil.payments.queries import PaymentRow
from counterfoil.portal import kept, owing
from counterfoil.portal.bills import Owed
from counterfoil.portal.kept import KeptPart
from counterfoil.portal.views.base import BillingView
from counterfoil.portal.views.paying import PURPOSE, SCOPE
from counterfoil.schedules.rows import ScheduledRow
from counterfoil.ui import wording


@dataclass(frozen=True, slots=True)
class Part:
    """One payment of the sitting as its pages show it.

    `quote` before it is submitted, `payment` from then on, `refusal` where neither can be: why it is left out.
    """

    kept: KeptPart
    balance: Balance
    biller: BillerRow
    quote: Quote | None = None
    payment: PaymentRow | None = None
    telling: wording.Telling | None = None
    refusal: str = ""
    others: tuple[str, ...] = ()
    recent: tuple[Recent, ...] = ()
    already: Sequence[ScheduledRow] = ()
    stays: bool = False

    @property
    def name(self) -> str:
        """What names this payment among the fields of the review."""
        return f"{self.kept.payer_ref}_{self.kept.account_ref}"

    @property
    def seen_name(self) -> str:
        """The name of the hidden field that says what was reviewed."""
        return f"seen_{self.name}"


@dataclass(frozen=True, slots=True)
class Total:
    """What is still to be submitted, in one currency: amounts and fees, and what of it is fees."""

    currency: str
    amount_minor: int
    fee_minor: int = 0


class SeveralView(BillingView):
    """What the steps share."""

    @functools.cached_property
    def balances(self) -> Mapping[tuple[str, str], Balance]:
        """What is owed on everything this login may pay, by the payer's and the account's public ids."""
        found = balances.list_for(
            actor=self.actor, payer_ids=self.payer_ids(permissions.PAY), billers=self.billers
        )
        return {(balance.payer_ref, balance.account_ref): balance for balance in found}

    @property
    def subject(self) -> str:
        """For whom what is kept is good: this login."""
        return self.actor.ref

    @property
    def start_url(self) -> str:
        """The address of step 1."""
        return reverse("portal-pay-choose")

    def owed(self) -> list[Owed]:
        """Return what can be paid now."""
        found = owing.read(
            actor=self.actor,
            now=self.now,
            balances=list(self.balances.values()),
            billers=self.billers,
            can_pay=lambda each: bool(self.payable_kinds(each.biller_id)),
        )
        return [each for each in found.values() if each.pay_url]

    def kept_parts(self) -> tuple[KeptPart, ...]:
        """Return what the address carries, as far as it is still this login's to pay."""
        parts = kept.read_sitting(self.request.GET.get("order", ""), subject=self.subject)
        return tuple(part for part in parts if (part.payer_ref, part.account_ref) in self.balances)

    def part_key(self, part: KeptPart) -> str:
        """Return the key this payment is known by."""
        subject = f"{self.actor.ref}:{part.payer_ref}:{part.account_ref}"
        return tokens.read_form_key(part.key, purpose=PURPOSE, subject=subject).key

    def born(self, parts: Sequence[KeptPart]) -> dict[KeptPart, str]:
        """Return the payments that there are already, by their part: public ids."""
        keys = {
            part: (self.balances[part.payer_ref, part.account_ref].biller_id, SCOPE, self.part_key(part))
            for part in parts
        }
        known = payment_queries.list_by_keys(keys=list(keys.values()))
        return {part: known[key][1] for part, key in keys.items() if key in known}

    def part(self, part: KeptPart, *, payment_ref: str = "") -> Part:
        """Return a payment that was submitted, or one that is only named."""
        balance = self.balances[part.payer_ref, part.account_ref]
        payment = payment_queries.get(actor=self.actor, public_id=payment_ref) if payment_ref else None
        biller = self.billers[balance.biller_id]
        today = biller_queries.today(biller=biller, now=self.now)
        telling = wording.of(payment, today=today) if payment is not None else None
        return Part(part, balance, biller, payment=payment, telling=telling)

    def order(self, part: KeptPart) -> PayOrder:
        """Return what is to be paid: what is outstanding, or the amount that was typed, the oldest due first."""
        balance = self.balances[part.payer_ref, part.account_ref]
        amounts: tuple[tuple[str, int], ...] = ()
        if part.amount_minor:
            found = invoice_queries.list_open(
                actor=self.actor, payer_id=balance.payer_id, account_id=balance.account_id
            )
            amounts = spread.over(invoices=found, amount_minor=part.amount_minor)
        return PayOrder(
            payer_id=balance.payer_id,
            account_id=balance.account_id,
            method_ref=part.method_ref,
            # With nothing left to spread it over the quote says so.
            mode=Mode.INVOICES if amounts else Mode.OUTSTANDING,
            amounts=amounts,
            locale=get_language() or "en",
        )
