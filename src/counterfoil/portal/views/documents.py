"""The tab Documents: statements, yearly summaries, invoices, receipts, authorizations, and the payments as a table."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy

from counterfoil.agreements import queries as agreement_queries
from counterfoil.agreements.queries import EvidenceRow
from counterfoil.billers import queries as biller_queries
from counterfoil.core import csv_text, errors
from counterfoil.core.actor import Actor
from counterfoil.core.csv_text import Cell
from counterfoil.invoices import queries as invoice_queries
from counterfoil.ledger import queries as ledger_queries
from counterfoil.methods import queries as method_queries
from counterfoil.payers import permissions, queries as payer_queries
from counterfoil.payers.rows import LinkRow, PayerRow
from counterfoil.payments import queries as payment_queries, statements, yearly
from counterfoil.payments.rows import PaymentRow, ShareRow, Wanted
from counterfoil.payments.statements import Statement
from counterfoil.portal import papers
from counterfoil.portal.forms.documents import LONGEST_DAYS, Period
from counterfoil.portal.views.base import BillingView
from counterfoil.refunds import queries as refund_queries
from counterfoil.ui import account_sheets, formats, sheets, statuses

SHOW: Final = {
    "statements": gettext_lazy("Statements"),
    "years": gettext_lazy("Yearly summaries"),
    "invoices": gettext_lazy("Invoices"),
    "receipts": gettext_lazy("Receipts"),
    "authorizations": gettext_lazy("Authorizations"),
}
MOST_ROWS: Final = 10_000
COUNTED: Final = 999


@dataclass(frozen=True, slots=True)
class Authorized:
    """One authorization as the list shows it."""

    row: EvidenceRow
    kind: str
    method: str
    status: str
    how: str


class DocumentsView(BillingView):
    """A page of Documents: not there for who may not see them."""

    tab = "documents"

    def check(self) -> None:
        """Refuse a login whose user profiles do not show documents.

        :raises errors.NotPermitted: none does.
        """
        super().check()
        if not self.document_ids:
            raise errors.NotPermitted("no documents")

    @functools.cached_property
    def document_ids(self) -> tuple[int, ...]:
        """The payers whose documents this login sees."""
        allowed = set(self.payer_ids(permissions.DOCUMENTS))
        return tuple(payer_id for payer_id in self.billing_ids if payer_id in allowed)

    @functools.cached_property
    def reader(self) -> Actor:
        """The actor, as the payers alone whose documents there are to see."""
        return self.actor.as_payers(self.document_ids)

    def document_payer(self, ref: str) -> PayerRow:
        """Return the payer of an address.

        :raises errors.NotFound: none whose documents this login sees.
        """
        found = self.payer_by_ref(ref, permission=permissions.DOCUMENTS)
        return self.payer(payer_id=found.id)

    @functools.cached_property
    def links(self) -> list[LinkRow]:
        """The accounts of those payers."""
        return payer_queries.list_payer_accounts(actor=self.reader, payer_ids=list(self.document_ids))

    @functools.cached_property
    def todays(self) -> dict[int, date]:
        """The day at each biller."""
        return {key: biller_queries.today(biller=row, now=self.now) for key, row in self.billers.items()}


class DocumentList(DocumentsView):
    """The lists, one kind at a time; which one is in the address."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show one page of one kind."""
        asked = self.request.GET.get("show", "statements")
        return self.listing(asked if asked in SHOW else "statements")

    def listing(self, show: str, **more: Any) -> HttpResponse:
        """Show one kind."""
        listed: Mapping[str, Any] = {
            "statements": self._statements,
            "years": self._years,
            "invoices": self._invoices,
            "receipts": self._receipts,
            "authorizations": self._authorizations,
        }[show]()
        values = {"show": show, "kinds": list(SHOW.items()), "several_billers": len(self.billers) > 1}
        return self.page("portal/documents/documents.html", {**values, **listed, **more})

    def period_form(self, shelves: tuple[papers.Shelf, ...], data: Any = None) -> Period:
        """Return the form for a period of one's own."""
        accounts = [(shelf.key, f"{shelf.title}, {shelf.about}") for shelf in shelves]
        return Period(data, accounts=accounts, today=max(self.todays.values(), default=None))

    @functools.cached_property
    def shelves(self) -> tuple[papers.Shelf, ...]:
        """The statements there are, by account."""
        pairs = {(link.account.id, link.payer.id) for link in self.links}
        firsts = ledger_queries.first_days(actor=self.reader, pairs=pairs)
        return papers.statements(self.links, firsts=firsts, billers=self.billers, todays=self.todays)

    def _statements(self) -> dict[str, Any]:
        return {"shelves": self.shelves, "form": self.period_form(self.shelves)}

    def _years(self) -> dict[str, Any]:
        years = payment_queries.list_years(actor=self.reader, payer_ids=self.document_ids)
        mine = [payer for payer in self.payers if payer.id in self.document_ids]
        shelves = papers.summaries(mine, years=years, billers=self.billers, todays=self.todays)
        tables = sorted({year for _payer, year in years}, reverse=True)
        return {"shelves": shelves, "tables": tables}

    def _invoices(self) -> dict[str, Any]:
        after = invoice_queries.read_cursor(self.request.GET.get("after", ""))
        found = invoice_queries.list_wanted(actor=self.reader, wanted=invoice_queries.Wanted(), after=after)
        count = invoice_queries.count_wanted(
            actor=self.reader, wanted=invoice_queries.Wanted(), at_most=COUNTED
        )
        return {"rows": found.rows, **self._pages(after, found.next, "invoices", count)}

    def _receipts(self) -> dict[str, Any]:
        wanted = Wanted(payer_ids=self.document_ids)
        after = payment_queries.read_cursor(self.request.GET.get("after", ""))
        found = payment_queries.list_wanted(actor=self.reader, wanted=wanted, after=after)
        count = payment_queries.count_wanted(actor=self.reader, wanted=wanted, at_most=COUNTED)
        return {"rows": self.with_refunds(found.rows), **self._pages(after, found.next, "receipts", count)}

    def _authorizations(self) -> dict[str, Any]:
        after = payment_queries.read_cursor(self.request.GET.get("after", ""))
        found = agreement_queries.list_evidence(actor=self.reader, payer_ids=self.document_ids, after=after)
        labels = self.labels({row.method_ref for row in found.rows})
        rows = [authorized(row, labels) for row in found.rows]
        count = agreement_queries.count_evidence(
            actor=self.reader, payer_ids=self.document_ids, at_most=COUNTED
        )
        return {"rows": rows, **self._pages(after, found.next, "authorizations", count)}

    def labels(self, refs: set[str]) -> dict[str, str]:
        """Return what methods are called, also those that were deleted."""
        return method_queries.labels_of(actor=self.reader, public_ids=refs)

    def _pages(self, after: object, following: object, show: str, count: int) -> dict[str, Any]:
        here = f"{reverse('portal-documents')}?{urlencode({'show': show})}"
        older = f"{here}&{urlencode({'after': str(following)})}" if following else ""
        newest = here if after else ""
        return {"newest_url": newest, "older_url": older, "count": count, "is_cut": count > COUNTED}


class OtherPeriod(DocumentList):
    """A statement of a period of one's own: checks it, then leads to the sheet."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Lead to the sheet, or say what is wrong with the period."""
        form = self.period_form(self.shelves, self.request.GET)
        if not form.is_valid():
            return self.listing("statements", form=form)
        payer_ref, _dot, account_ref = form.cleaned_data["of"].partition(".")
        values = form.cleaned_data
        url = papers.statement_url(payer_ref, account_ref, first=values["first"], last=values["last"])
        return HttpResponseRedirect(url)


class StatementSheet(DocumentsView):
    """A statement of account."""

    def get(self, request: HttpRequest, payer_ref: str, account_ref: str) -> HttpResponse:
        """Send the PDF; without a period that can be read, that of this month."""
        payer = self.document_payer(payer_ref)
        link = next(
            (x for x in self.links if x.payer.id == payer.id and x.account.public_id == account_ref), None
        )
        if link is None:
            raise errors.NotFound("account")
        biller = self.billers[payer.biller_id]
        first, last = self._period(self.todays[biller.id])
        found = statements.read(
            actor=self.reader, account_id=link.account.id, payer_id=payer.id, first=first, last=last
        )
        pending = payment_queries.sum_pending(actor=self.reader, payer_ids=[payer.id])
        content = account_sheets.statement(
            biller=biller,
            payer=payer,
            account=link.account,
            found=self._with_refunded(found),
            pending_minor=pending.get((link.account.id, payer.id), 0),
            now=self.now,
        )
        name = f"statement-{link.account.number}-{first.isoformat()}-{last.isoformat()}.pdf"
        return sheets.answer(content, name=name)

    def _with_refunded(self, found: Statement) -> Statement:
        """The statement with its refunds named; no query where there are none."""
        refs = found.refund_refs
        if not refs:
            return found
        return statements.with_refunded(
            found, refund_queries.map_payments_of(actor=self.reader, public_ids=refs)
        )

    def _period(self, today: date) -> tuple[date, date]:
        try:
            first = date.fromisoformat(self.request.GET.get("first", ""))
            last = date.fromisoformat(self.request.GET.get("last", ""))
        except ValueError:
            return formats.month_of(today)
        return (first, last) if 0 <= (last - first).days <= LONGEST_DAYS else formats.month_of(today)


class SummarySheet(DocumentsView):
    """What was paid in a year: proof for taxes."""

    def get(self, request: HttpRequest, payer_ref: str, year: int) -> HttpResponse:
        """Send the PDF."""
        payer = self.document_payer(payer_ref)
        biller = self.billers[payer.biller_id]
        if not 1990 <= year <= self.todays[biller.id].year:
            raise errors.NotFound("year")
        found = yearly.read(actor=self.reader, payer_id=payer.id, year=year)
        content = account_sheets.summary(biller=biller, payer=payer, found=found, now=self.now)
        return sheets.answer(content, name=f"summary-{biller.name}-{year}.pdf")


class AuthorizationSheet(DocumentsView):
    """What was authorized, word for word."""

    def get(self, request: HttpRequest, ref: str) -> HttpResponse:
        """Send the PDF."""
        row = agreement_queries.get_evidence(actor=self.reader, public_id=ref)
        labels = method_queries.labels_of(actor=self.reader, public_ids={row.method_ref})
        content = account_sheets.authorization(
            biller=self.billers[row.biller_id],
            row=row,
            method=labels.get(row.method_ref, ""),
            now=self.now,
        )
        return sheets.answer(content, name=f"authorization-{ref}.pdf")


class Transactions(DocumentsView):
    """Every payment of a year as a table for a spreadsheet."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Send the file; without a year, this one's."""
        asked = self.request.GET.get("year", "")
        is_year = asked.isdecimal() and len(asked) == 4 and int(asked) > 0
        year = int(asked) if is_year else max(self.todays.values()).year
        wanted = Wanted(payer_ids=self.document_ids, first=date(year, 1, 1), last=date(year, 12, 31))
        rows = payment_queries.list_wanted(actor=self.reader, wanted=wanted, limit=MOST_ROWS).rows
        shares = payment_queries.list_shares(actor=self.reader, payment_ids=[row.id for row in rows])
        table = csv_text.table(_header(), [_cells(row, shares[row.id]) for row in rows])
        response = HttpResponse(table, content_type=csv_text.MIME)
        response.headers["Content-Disposition"] = f'attachment; filename="payments-{year}.csv"'
        return response


def authorized(row: EvidenceRow, labels: Mapping[str, str]) -> Authorized:
    """Return an authorization as the list shows it."""
    return Authorized(
        row=row,
        kind=str(account_sheets.KINDS.get(row.kind, row.kind)),
        method=labels.get(row.method_ref, ""),
        status=account_sheets.status_words(row),
        how=account_sheets.assent_words(row.assent),
    )


def _header() -> list[str]:
    return [
        _("Date"), _("Payment number"), _("Biller"), _("For"), _("Account"), _("Paid by"), _("Method"), _("Invoices"),
        _("Amount"), _("Fee"), _("Total"), _("Currency"), _("Status"), _("Taken on"), _("Refunded"),
    ]  # fmt: skip


def _cells(row: PaymentRow, shares: list[ShareRow]) -> list[Cell]:
    return [
        row.submitted_on, row.number, row.biller_name, row.for_whom, row.account_number, row.payer_name,
        row.method_label, " ".join(share.invoice_number for share in shares), csv_text.amount(row.amount_minor),
        csv_text.amount(row.fee_minor), csv_text.amount(row.total_minor), row.currency,
        str(statuses.look(row.public_status).words), row.effective_on, csv_text.amount(row.refunded_total_minor),
    ]  # fmt: skip
