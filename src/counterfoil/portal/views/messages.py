"""The payer's messages: what was sent, when, in which language, to read again; which of them come; stopping some."""

from __future__ import annotations

from typing import Any, Final, cast

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from counterfoil.core import clock, errors
from counterfoil.flows.notices import choose, stop
from counterfoil.notices import base, choices, queries as notice_queries, registry, rendering, topics
from counterfoil.notices.queries import MessageRow
from counterfoil.payers import permissions
from counterfoil.payers.rows import PayerRow
from counterfoil.portal.forms.messages import Preferences
from counterfoil.portal.views.base import BillingView
from counterfoil.ui.requests import Request

SHOWN: Final = 25


class MessagesView(BillingView):
    """A page about the payer's own messages: not there for a helper who stands in."""

    def check(self) -> None:
        """Refuse a helper, and a login without Billing."""
        super().check()
        if self.actor.helper_ref:
            raise errors.NotPermitted("not a helper's")


class MessageList(MessagesView):
    """Every message that was sent, the newest first."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show one page of them."""
        before = self.request.GET.get("before", "")
        rows = notice_queries.list_mine(
            self.actor,
            payer_ids=self.billing_ids,
            before_id=int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None,
            limit=SHOWN + 1,
        )
        here = reverse("portal-messages")
        values = {
            "rows": [(row, topics.of(row.key), _words(row).subject, _language(row)) for row in rows[:SHOWN]],
            "several_billers": len(self.billers) > 1,
            "billers": self.billers,
            "newest_url": here if before else "",
            "older_url": f"{here}?before={rows[SHOWN - 1].id}" if len(rows) > SHOWN else "",
        }
        return self.page("portal/messages/list.html", values)


class MessagePage(MessagesView):
    """One message, in the words and the language in which it was sent."""

    def get(self, request: HttpRequest, ref: str) -> HttpResponse:
        """Show it."""
        row = notice_queries.get_mine(self.actor, public_id=ref)
        values = {"row": row, "words": _words(row), "language": _language(row)}
        return self.page("portal/messages/message.html", values, biller=self.billers[row.biller_id])


class NoticePreferences(MessagesView):
    """Which messages come by e-mail, for each payer this login acts for."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show what holds now."""
        return self._show()

    def post(self, request: HttpRequest) -> HttpResponse:
        """Keep what was chosen for one payer."""
        payer = self.payer_by_ref(self.request.POST.get("payer", ""), permission=permissions.SEE_INVOICES)
        form = Preferences(self.request.POST, prefix=payer.public_id)
        if not form.is_valid():
            return self._show(bad=(payer, form))
        choose.run(
            actor=self.actor,
            now=self.now,
            payer_ref=payer.public_id,
            switches=form.switches,
            locale=form.cleaned_data["locale"],
        )
        messages.success(self.request, _("Your choice was saved."))
        return HttpResponseRedirect(reverse("portal-notice-preferences"))

    def _show(self, bad: tuple[PayerRow, Preferences] | None = None) -> HttpResponse:
        payers = [payer for payer in self.payers if payer.id in self.billing_ids]
        said = notice_queries.chosen(payer_ids=[payer.id for payer in payers])
        shown = [
            (
                payer,
                self.billers[payer.biller_id].name,
                bad[1] if bad and bad[0].id == payer.id else _present(payer, said.get(payer.id, {})),
            )
            for payer in payers
        ]
        values = {
            "shown": [
                (payer, biller, form, [form[s.key] for s in choices.SWITCHES])
                for payer, biller, form in shown
            ],
            "always": choices.ALWAYS,
        }
        return self.page("portal/messages/preferences.html", values)


@csrf_exempt  # the mailbox of who got the message asks for it, without our cookies (RFC 8058)
@require_http_methods(["GET", "HEAD", "POST"])
def stop_reminders(request: HttpRequest, token: str) -> HttpResponse:
    """Stop what the link of a message is for, after one click. Says the same whatever the link."""
    is_done = request.method == "POST"
    if is_done:
        stop.run(actor=cast(Request, request).actor, now=clock.now(), token=token)
    return render(request, "portal/messages/stop.html", {"is_done": is_done})


def _present(payer: PayerRow, said: dict[str, bool]) -> Preferences:
    values: dict[str, Any] = {switch.key: choices.is_on(switch.key, said) for switch in choices.SWITCHES}
    return Preferences(initial={**values, "locale": payer.locale}, prefix=payer.public_id)


def _words(row: MessageRow) -> base.Words:
    """Return what was said; of a message that an older release worded, and this one no longer can, its topic."""
    try:
        return rendering.read_again(key=row.key, data=row.data, locale=row.locale, zone=row.zone)
    except (KeyError, registry.UnknownNotice):
        return base.Words(subject=topics.of(row.key), paragraphs=())


def _language(row: MessageRow) -> str:
    return dict(settings.LANGUAGES).get(row.locale, row.locale)
