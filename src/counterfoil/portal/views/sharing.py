"""Sharing: what I share, what is shared with me, helpers; asking someone to pay part, and answering."""

from __future__ import annotations

import functools

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from counterfoil.billers.queries import BillerRow
from counterfoil.core import errors
from counterfoil.flows.sharing import answer, end, offer, people
from counterfoil.flows.sharing.offer import Offer
from counterfoil.invoices import queries as invoice_queries
from counterfoil.invoices.queries import InvoiceRow
from counterfoil.payers import permissions, queries as payer_queries
from counterfoil.payers.rows import AccountRow, LinkRow, PayerRow
from counterfoil.portal import shared
from counterfoil.portal.forms.sharing import AskForm
from counterfoil.portal.views.base import PortalView
from counterfoil.portal.views.proof import WithProof
from counterfoil.sharing import queries as sharing_queries, states
from counterfoil.sharing.queries import HelperRow, ShareRow


class SharingView(PortalView):
    """What the pages of Sharing share."""

    @functools.cached_property
    def sharing_ids(self) -> tuple[int, ...]:
        """The payers who may share and give access, where the biller lets them."""
        on = {biller.id for biller in self.billers.values() if people.is_on(biller)}
        allowed = set(self.payer_ids(permissions.SHARE))
        return tuple(p.id for p in self.payers if p.id in allowed and p.biller_id in on)

    @functools.cached_property
    def links(self) -> list[LinkRow]:
        """The accounts of those payers."""
        return payer_queries.list_payer_accounts(actor=self.actor, payer_ids=list(self.sharing_ids))

    def place(self, *, payer_ref: str, account_ref: str) -> tuple[PayerRow, AccountRow]:
        """Return the payer and the account of an address.

        :raises errors.NotFound: not this login's to share.
        """
        for link in self.links:
            if (link.payer.public_id, link.account.public_id) == (payer_ref, account_ref):
                return link.payer, link.account
        raise errors.NotFound("account")

    def share_row(self, ref: str) -> ShareRow:
        """Return a share this login gave or was asked for, at a biller whose portal is on."""
        row = sharing_queries.get_share(actor=self.actor, public_id=ref)
        if not self.biller_of(row.biller_id).portal.portal_on:
            raise errors.NotFound("share")
        return row

    def helper_row(self, ref: str) -> HelperRow:
        """Return an access this login gave or has, at a biller whose portal is on."""
        row = sharing_queries.get_helper(actor=self.actor, public_id=ref)
        if not self.biller_of(row.biller_id).portal.portal_on:
            raise errors.NotFound("helper")
        return row

    def biller_of(self, biller_id: int) -> BillerRow:
        """Return the biller of a row; every side is a payer of it."""
        return self.billers[biller_id]


class SharingPage(SharingView):
    """Everything at one glance, what waits for an answer first."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show it."""
        rows = sharing_queries.list_shares(actor=self.actor)
        shown_ids = {row.invoice_id for row in rows if row.invoice_id is not None}
        parts = invoice_queries.list_parts(actor=self.actor, invoice_ids=shown_ids)
        today = self.now.date()
        mine = set(self.actor.payer_ids())
        shares = [
            shared.share(row, actor=self.actor, parts=parts)
            for row in rows
            if shared.is_recent(row.ended_at, today=today)
        ]
        given = set(self.actor.payer_ids(permissions.SHARE))
        accesses = [
            shared.helper(row, actor=self.actor, now=self.now)
            for row in sharing_queries.list_helpers(actor=self.actor)
            if shared.is_recent(row.ended_at, today=today)
        ]
        with_me = [each for each in shares if each.share.sharer_id in mine]
        values = {
            "waiting": [each for each in with_me if each.status == states.OFFERED],
            "with_me": [each for each in with_me if each.status != states.OFFERED],
            "by_me": [each for each in shares if each.share.payer_id in given],
            "given": [each for each in accesses if each.helper.payer_id in given],
            "helping": [each for each in accesses if each.helper.helper_id in mine],
            "places": [self._place(link) for link in self.links],
        }
        return self.page("portal/sharing/sharing.html", values)

    def _place(self, link: LinkRow) -> shared.Place:
        where = [link.payer.public_id, link.account.public_id]
        return shared.Place(
            for_whom=link.account.holder_name,
            account_number=link.account.number,
            biller_name=self.billers[link.payer.biller_id].name,
            ask_url=reverse("portal-share-ask", args=where),
            give_url=reverse("portal-helper-give", args=where),
        )


class Ask(WithProof, SharingView):
    """Ask someone to pay part: of one invoice, or of every bill."""

    def get(self, request: HttpRequest, payer_ref: str, account_ref: str) -> HttpResponse:
        """Open the window."""
        return self._show(AskForm())

    def post(self, request: HttpRequest, payer_ref: str, account_ref: str) -> HttpResponse:
        """Ask."""
        form = AskForm(self.request.POST)
        invoice, (payer, account) = self._invoice(), self.place(payer_ref=payer_ref, account_ref=account_ref)
        if not form.is_valid():
            return self._show(form)
        values = form.cleaned_data
        wanted = Offer(
            payer_ref=payer.public_id,
            account_ref=account.public_id,
            invoice_ref=invoice.public_id if invoice else "",
            name=values["name"],
            email=values["email"],
            percent_bp=form.percent_bp,
            amount_minor=form.amount_minor,
            sees_lines=values["sees_lines"],
            note=values["note"],
        )
        try:
            offer.run(actor=self.actor, now=self.now, offer=wanted)
        except errors.Invalid as refusal:
            form.refuse(refusal)
            return self._show(form)
        messages.success(self.request, _("We asked %(name)s.") % {"name": values["name"]})
        return HttpResponseRedirect(reverse("portal-sharing"))

    def _invoice(self) -> InvoiceRow | None:
        ref = self.request.GET.get("invoice", "")
        if not ref:
            return None
        invoice = invoice_queries.get(actor=self.actor, public_id=ref)
        payer, account = self.place(
            payer_ref=self.kwargs["payer_ref"], account_ref=self.kwargs["account_ref"]
        )
        if (invoice.payer_id, invoice.account_id) != (payer.id, account.id) or invoice.shared_by:
            raise errors.NotFound("invoice")
        return invoice

    def _show(self, form: AskForm) -> HttpResponse:
        payer, account = self.place(
            payer_ref=self.kwargs["payer_ref"], account_ref=self.kwargs["account_ref"]
        )
        invoice, biller = self._invoice(), self.biller_of(payer.biller_id)
        back = reverse("portal-invoice", args=[invoice.public_id]) if invoice else reverse("portal-sharing")
        values = {
            "form": form,
            "invoice": invoice,
            "for_whom": account.holder_name,
            "account_number": account.number,
            "currency": biller.currency,
            "back_url": back,
        }
        return self.page("portal/sharing/ask.html", values, biller=biller)


class SharePage(SharingView):
    """One share: for whom, the part, the due date, who has paid; and the answer, where it is asked for."""

    def get(self, request: HttpRequest, ref: str) -> HttpResponse:
        """Show it."""
        return self.show(ref)

    def show(self, ref: str, *, message: str = "") -> HttpResponse:
        """Draw it as it is now."""
        row = self.share_row(ref)
        asked = answer.look(actor=self.actor, ref=ref)
        parts = invoice_queries.list_parts(
            actor=self.actor, invoice_ids=[row.invoice_id] if row.invoice_id else []
        )
        is_mine = row.sharer_id in self.actor.payer_ids()
        values = {
            "each": shared.share(row, actor=self.actor, parts=parts),
            "asked": asked,
            "is_asked": is_mine and row.status == states.OFFERED,
            "is_mine": is_mine,
            "people": [
                shared.paid_of(part)
                for part in parts.get(row.invoice_id or 0, ())
                if part.open_minor or part.paid_minor
            ],
            "message": message,
        }
        return self.page("portal/sharing/share.html", values, biller=self.biller_of(row.biller_id))


class _Move(SharePage):
    """A button of a share; by GET it leads to the share."""

    def get(self, request: HttpRequest, ref: str) -> HttpResponse:
        """Lead to the share."""
        return HttpResponseRedirect(reverse("portal-share", args=[self.share_row(ref).public_id]))

    def done(self, message: str) -> HttpResponse:
        """Say what was done, on the page Sharing."""
        messages.success(self.request, message)
        return HttpResponseRedirect(reverse("portal-sharing"))


class Accept(_Move):
    """Take the share."""

    def post(self, request: HttpRequest, ref: str) -> HttpResponse:
        """Accept what was shown, or show what it is now."""
        row = self.share_row(ref)
        seen = self.request.POST.get("seen", "")
        try:
            answer.accept(
                actor=self.actor, now=self.now, ref=ref, seen_minor=int(seen) if seen.isdecimal() else -1
            )
        except errors.Stale as refusal:
            return self.show(ref, message=refusal.message)
        return self.done(_("You share the bills for %(name)s now.") % {"name": row.for_whom})


class Decline(_Move):
    """Say no."""

    def post(self, request: HttpRequest, ref: str) -> HttpResponse:
        """Decline; who answered otherwise before is shown how it stands."""
        row = self.share_row(ref)
        try:
            answer.decline(actor=self.actor, now=self.now, ref=ref)
        except errors.Stale as refusal:
            return self.show(ref, message=refusal.message)
        return self.done(_("You declined. We told %(name)s.") % {"name": row.payer_name})


class End(_Move):
    """End it, in one tap."""

    def post(self, request: HttpRequest, ref: str) -> HttpResponse:
        """End it."""
        self.share_row(ref)
        end.run(actor=self.actor, now=self.now, ref=ref)
        return self.done(_("This share has ended."))
