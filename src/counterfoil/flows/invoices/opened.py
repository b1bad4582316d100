"""An open invoice under lock, for whoever changes what is owed on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from counterfoil.billers import queries as biller_queries
from counterfoil.billers.queries import BillerRow
from counterfoil.core import errors
from counterfoil.core.actor import OPERATOR, Actor
from counterfoil.flows.notices import bills
from counterfoil.identity import permissions
from counterfoil.invoices import queries as invoice_queries, states
from counterfoil.invoices.queries import Invoice, InvoicePart, InvoiceRow
from counterfoil.ledger.postings import Source
from counterfoil.notices import operations as notice_operations
from counterfoil.notices.operations import NewNotice
from counterfoil.payers import queries as payer_queries


@dataclass(frozen=True, slots=True)
class Opened:
    """One open invoice that this transaction holds, with its account. `parts`: what others than the addressee took."""

    biller: BillerRow
    today: date
    invoice: Invoice
    parts: Mapping[int, InvoicePart]

    def source(self, ref: str) -> Source:
        """Return what an entry about it says; the receivable is the addressee's."""
        return Source(
            biller_id=self.biller.id,
            ref=ref,
            currency=self.invoice.currency,
            billing_account_id=self.invoice.account_id,
            payer_id=self.invoice.payer_id,
            posted_on=self.today,
            effective_on=self.today,
        )

    @property
    def rest_minor(self) -> int:
        """What is owed on it by the addressee alone, and is not on its way."""
        taken = sum(
            max(part.agreed_minor - part.paid_minor - part.pending_minor, 0) for part in self.parts.values()
        )
        return max(0, self.invoice.open_minor - self.invoice.pending_minor - taken)

    @property
    def sharer_ids(self) -> list[int]:
        """Who takes part of it now."""
        return sorted(part.payer_id for part in self.parts.values() if part.is_live)


def lock(*, actor: Actor, now: datetime, ref: str) -> Opened:
    """Lock account and invoice, in this order, and return it.

    :raises errors.NotFound: not one the actor sees.
    :raises errors.NotPermitted: the role may not change invoices.
    :raises errors.Stale: it is not open any more.
    """
    seen = invoice_queries.get(actor=actor, public_id=ref)
    actor.demand_staff(permissions.EDIT_INVOICES, biller_id=seen.biller_id)
    payer_queries.lock_accounts(account_ids=[seen.account_id])
    [invoice] = invoice_queries.lock(invoice_ids=[seen.id])
    if invoice.status != states.OPEN:
        raise errors.Stale(_("This invoice is paid or void. It cannot be changed any more."))
    biller = biller_queries.get(biller_id=seen.biller_id)
    return Opened(
        biller=biller,
        today=biller_queries.today(biller=biller, now=now),
        invoice=invoice,
        parts={part.payer_id: part for part in invoice_queries.parts_of(invoices=[invoice]).values()},
    )


def demand_nothing_pending(opened: Opened) -> None:
    """Refuse while a payment for it is being submitted, or is on its way.

    :raises errors.Stale: one is.
    """
    if opened.invoice.pending_minor:
        raise errors.Stale(
            _("A payment for this invoice is on its way. Please wait until the bank has finished it.")
        )


def tell(
    *, opened: Opened, key: str, payer_ids: Iterable[int], more: Mapping[str, Any], once: str, now: datetime
) -> None:
    """Queue a notice about it, as it is now, to each of these payers who has an e-mail address."""
    [row] = invoice_queries.list_by_ids(actor=OPERATOR, invoice_ids=[opened.invoice.pk])
    payers = payer_queries.list_payers_by_ids(actor=OPERATOR, payer_ids=set(payer_ids))
    notice_operations.queue_many(
        [
            NewNotice(
                biller_id=opened.biller.id,
                key=key,
                to_email=payer.email,
                payer_id=payer.id,
                locale=payer.locale,
                zone=opened.biller.zone,
                data=_data(opened.biller, row, payer.name) | dict(more),
                subject_ref=row.public_id,
                once=f"{key}:{once}:{payer.id}",
            )
            for payer in payers
            if payer.email
        ],
        now=now,
    )


def _data(biller: BillerRow, row: InvoiceRow, payer_name: str) -> dict[str, Any]:
    return bills.about(biller=biller, invoice=row, payer_name=payer_name)
