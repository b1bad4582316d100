"""The Invoices tab: what is owed, the list, one invoice, and its sheet."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from datetime import date
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy

from counterfoil.billers import queries as biller_queries
from counterfoil.core import errors
from counterfoil.core.pages import Cursor
from counterfoil.flows.sharing import people
from counterfoil.invoices import queries as invoice_queries
from counterfoil.invoices.queries import InvoiceRow, LineRow, PartRow, Wanted
from counterfoil.ledger import queries as ledger_queries
from counterfoil.payers import permissions
from counterfoil.payments import balances, queries as payment_queries
from counterfoil.payments.balances import Balance
from counterfoil.portal import bills, changed, owing, shared
from counterfoil.portal.changed import Changed
from counterfoil.portal.views.base import BillingView
from counterfoil.schedules import queries as schedule_queries
from counterfoil.ui import sheets

SHOW = {"all": gettext_lazy("All"), "open": gettext_lazy("Open"), "paid": gettext_lazy("Paid")}
COUNTED = 999


class InvoicesView(BillingView):
    """What the pages of invoices share."""

    def can_pay(self, biller_id: int, payer_id: int) -> bool:
        """Tell whether a payment can be made here: the user profile allows it, and the biller takes some."""
        return self.actor.may_as_payer(permissions.PAY, payer_id=payer_id) and bool(
            self.payable_kinds(biller_id)
        )

    def today(self, biller_id: int) -> date:
        """Return the biller's day."""
        return biller_queries.today(biller=self.billers[biller_id], now=self.now)

    def row(self, invoice: InvoiceRow, balance: Balance | None, *, can_pay: bool) -> bills.Row:
        """Return an invoice as pages show it."""
        return bills.row(
            invoice,
            balance=balance,
            can_pay=can_pay,
            today=self.today(invoice.biller_id),
            later=self.later.get((invoice.account_id, invoice.payer_id), ()),
        )

    @functools.cached_property
    def later(self) -> bills.Later:
        """What is set for later, by account and payer."""
        return schedule_queries.sum_scheduled(actor=self.actor, payer_ids=self.billing_ids)


class InvoiceList(InvoicesView):
    """Summary, and the invoices by the person they are for."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show one page of them; the filter is in the address."""
        show = self.request.GET.get("show", "all")
        wanted = Wanted(show=show if show in SHOW else "all")
        after = invoice_queries.read_cursor(self.request.GET.get("after", ""))
        found = balances.list_for(actor=self.actor, payer_ids=self.billing_ids, billers=self.billers)
        page = invoice_queries.list_wanted(actor=self.actor, wanted=wanted, after=after)
        count = invoice_queries.count_wanted(actor=self.actor, wanted=wanted, at_most=COUNTED)
        payable = {(b.account_id, b.payer_id): self.can_pay(b.biller_id, b.payer_id) for b in found}
        owed = self._owed(found, payable)
        rows = [
            self.row(
                invoice,
                bills.find(found, account_id=invoice.account_id, payer_id=invoice.payer_id),
                can_pay=payable.get((invoice.account_id, invoice.payer_id), False),
            )
            for invoice in page.rows
            if invoice.payer_id in self.billing_ids
        ]
        return self.page(
            "portal/billing/invoices.html",
            {
                "summary": bills.summary(
                    list(owed.values()), today=self.today(found[0].biller_id) if found else None
                ),
                "groups": bills.groups(rows, owed_by_pair=owed),
                "show": wanted.show,
                "filters": list(SHOW.items()),
                "shown": len(rows),
                "count": count,
                "is_cut": count > COUNTED,
                "newest_url": self._url(wanted.show, None) if after else "",
                "older_url": self._url(wanted.show, page.next) if page.next else "",
                "takes_payments": any(payable.values()),
            },
        )

    def _owed(
        self, found: Sequence[Balance], payable: Mapping[tuple[int, int], bool]
    ) -> Mapping[tuple[int, int], bills.Owed]:
        return owing.read(
            actor=self.actor,
            now=self.now,
            balances=found,
            billers=self.billers,
            can_pay=lambda each: payable[each.account_id, each.payer_id],
            later=self.later,
        )

    def _url(self, show: str, after: Cursor | None) -> str:
        query = {"show": show} | ({"after": str(after)} if after else {})
        return f"{reverse('portal-invoices')}?{urlencode(query)}"


class InvoicePage(InvoicesView):
    """One invoice: its lines where the profile shows them, what came in, what is left."""

    def get(self, request: HttpRequest, ref: str) -> HttpResponse:
        """Show it."""
        invoice = self._invoice(ref)
        found = balances.list_for(actor=self.actor, payer_ids=[invoice.payer_id], billers=self.billers)
        balance = bills.find(found, account_id=invoice.account_id, payer_id=invoice.payer_id)
        can_pay = self.can_pay(invoice.biller_id, invoice.payer_id)
        lines = invoice_queries.list_lines(actor=self.actor, invoice_id=invoice.id)
        parts = self._parts(invoice)
        return self.page(
            "portal/billing/invoice.html",
            {
                "row": self.row(invoice, balance, can_pay=can_pay),
                "ask_url": self._ask_url(invoice),
                "share_url": self._share_url(invoice, balance),
                "people": [shared.paid_of(part) for part in parts if part.open_minor or part.paid_minor],
                "others": self._others(invoice, parts),
                "lines": lines,
                "changed": self._changed(invoice, lines),
                "entries": payment_queries.list_for_invoice(actor=self.actor, invoice_id=invoice.id),
                "credits": ledger_queries.list_memos_on(actor=self.actor, invoice_id=invoice.id),
            },
            biller=self.billers[invoice.biller_id],
        )

    def _changed(self, invoice: InvoiceRow, lines: Sequence[LineRow]) -> Changed | None:
        """Return what changed since the last bill for the same; None for the first, and without lines to see."""
        before = invoice_queries.find_previous(actor=self.actor, invoice=invoice) if lines else None
        if before is None:
            return None
        old = invoice_queries.list_lines(actor=self.actor, invoice_id=before.id)
        return changed.since(before, old, invoice, lines, today=self.today(invoice.biller_id))

    def _ask_url(self, invoice: InvoiceRow) -> str:
        """The address at which a question about it is asked; none where asking is not allowed."""
        may_ask = self.actor.may_as_payer(permissions.ASK, payer_id=invoice.payer_id)
        return reverse("portal-invoice-ask", args=[invoice.public_id]) if may_ask else ""

    def _share_url(self, invoice: InvoiceRow, balance: Balance | None) -> str:
        """The address at which someone is asked to pay part of it; none where there is nothing to share."""
        may_share = self.actor.may_as_payer(permissions.SHARE, payer_id=invoice.payer_id)
        is_on = people.is_on(self.billers[invoice.biller_id])
        if balance is None or invoice.shared_by or invoice.payable_minor <= 0 or not (may_share and is_on):
            return ""
        where = reverse("portal-share-ask", args=[balance.payer_ref, balance.account_ref])
        return f"{where}?{urlencode({'invoice': invoice.public_id})}"

    def _parts(self, invoice: InvoiceRow) -> list[PartRow]:
        """Who shares it, and who has paid: for everybody who does."""
        if not invoice.is_shared:
            return []
        return invoice_queries.list_parts(actor=self.actor, invoice_ids=[invoice.id]).get(invoice.id, [])

    def _others(self, invoice: InvoiceRow, parts: Sequence[PartRow]) -> list[shared.Contribution]:
        """What others paid of a bill that is addressed to this login. A sharer sees the own part alone."""
        return [] if invoice.shared_by else shared.contributions(parts, but=self.billing_ids)

    def _invoice(self, ref: str) -> InvoiceRow:
        invoice = invoice_queries.get(actor=self.actor, public_id=ref)
        self.payer(payer_id=invoice.payer_id)
        return invoice


class InvoiceSheet(InvoicePage):
    """The same as a PDF."""

    def get(self, request: HttpRequest, ref: str) -> HttpResponse:
        """Send it. The sheet is whole; who has a share sees the share on its page."""
        invoice = self._invoice(ref)
        if invoice.shared_by:
            raise errors.NotFound("sheet")
        content = sheets.invoice(
            biller=self.billers[invoice.biller_id],
            invoice=invoice,
            lines=invoice_queries.list_lines(actor=self.actor, invoice_id=invoice.id),
            entries=payment_queries.list_for_invoice(actor=self.actor, invoice_id=invoice.id),
            memos=ledger_queries.list_memos_on(actor=self.actor, invoice_id=invoice.id),
            later=self.later.get((invoice.account_id, invoice.payer_id), ()),
            now=self.now,
        )
        return sheets.answer(content, name=f"invoice-{invoice.number}.pdf")
