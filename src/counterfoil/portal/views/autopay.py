"""Autopay: choosing what it does, reading what is agreed to, starting it; and what its owner can do with it."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import get_language, gettext as _, gettext_lazy

from counterfoil.billers import queries as biller_queries
from counterfoil.billers.queries import BillerRow
from counterfoil.core import errors
from counterfoil.flows.schedules import change_enrollment, end_enrollment, enroll, pause, resume, skip_once
from counterfoil.flows.schedules.enroll import EnrollmentForm, EnrollmentReview
from counterfoil.methods import queries as method_queries
from counterfoil.payers import permissions, queries as payer_queries
from counterfoil.payers.rows import AccountRow, PayerRow
from counterfoil.portal import autopays, choosable, detour, kept
from counterfoil.portal.forms import schedules as schedule_forms
from counterfoil.portal.forms.schedules import ALL, AutopayForm, AutopayOffered
from counterfoil.portal.kept import KeptAutopay
from counterfoil.portal.views.schedules import SchedulesView
from counterfoil.schedules import queries as schedule_queries, states
from counterfoil.schedules.rows import EnrollmentRow
from counterfoil.ui.choices import Choice


class StartAutopay(SchedulesView):
    """Start Autopay for a login with several payers: at which biller."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Ask, or go straight to the only one."""
        found = [payer for payer in self.payers if self.takes_autopay(payer)]
        if len(found) == 1:
            return HttpResponseRedirect(reverse("portal-autopay-terms", args=[found[0].public_id]))
        offered = [(payer, self.billers[payer.biller_id].name) for payer in found]
        return self.page("portal/schedules/start.html", {"offered": offered})


class TermsView(SchedulesView):
    """What the two steps share: whose payer, which accounts and methods."""

    @functools.cached_property
    def payer_row(self) -> PayerRow:
        """The payer of the address, where autopay can be started or changed.

        :raises errors.NotFound: not one of this login's, or no autopay here.
        """
        found = self.payer_by_ref(self.kwargs["payer_ref"], permission=permissions.AUTOPAY)
        if not self.takes_autopay(found):
            raise errors.NotFound("autopay")
        return found

    @property
    def biller(self) -> BillerRow:
        """Who is paid."""
        return self.billers[self.payer_row.biller_id]

    @property
    def subject(self) -> str:
        """For whom what is kept is good."""
        return f"{self.actor.ref}:{self.payer_row.public_id}"

    @functools.cached_property
    def accounts(self) -> tuple[AccountRow, ...]:
        """The accounts this payer pays for."""
        links = payer_queries.list_payer_accounts(actor=self.actor, payer_ids=[self.payer_row.id])
        return tuple(link.account for link in links)

    @functools.cached_property
    def enrollments(self) -> tuple[EnrollmentRow, ...]:
        """The autopay there is already."""
        return tuple(schedule_queries.list_enrollments(actor=self.actor, payer_ids=[self.payer_row.id]))

    def told(self, name: str) -> KeptAutopay | None:
        """Return what the address carries."""
        return kept.read_autopay(self.request.GET.get(name, ""), subject=self.subject)

    def offered(self, changes: str) -> AutopayOffered:
        """Return what can be chosen; a change keeps whose bills it is for."""
        saved = method_queries.list_for(actor=self.actor, payer_ids=[self.payer_row.id], only_usable=True)
        can_use = choosable.split(saved, on=biller_queries.today(biller=self.biller, now=self.now))
        return AutopayOffered(
            accounts=self._accounts(changes),
            methods=can_use.methods,
            expired=can_use.expired,
            currency=self.biller.currency,
            takes_less=self.biller.portal.partial_payment_allowed,
            is_change=bool(changes),
        )

    def _accounts(self, changes: str) -> list[tuple[str, Choice]]:
        living = {row.account_id: row.public_id for row in self.enrollments}
        found = []
        for account in self.accounts:
            if living.get(account.id, changes) == changes and (not changes or account.id in living):
                note = _("Account %(number)s") % {"number": account.number}
                found.append((account.public_id, Choice(account.holder_name, note=note)))
        everything = Choice(_("All my accounts at %(biller)s") % {"biller": self.biller.name})
        if changes:
            return [(ALL, everything)] if living.get(None) == changes else found
        return [*found, *([(ALL, everything)] if None not in living and len(self.accounts) > 1 else [])]

    def form_of(self, told: KeptAutopay) -> EnrollmentForm:
        """Return what was chosen as the flow takes it.

        :raises errors.NotFound: an account that is not this payer's.
        """
        by_ref = {account.public_id: account.id for account in self.accounts}
        if told.account_ref and told.account_ref not in by_ref:
            raise errors.NotFound("account")
        return EnrollmentForm(
            payer_id=self.payer_row.id,
            account_id=by_ref[told.account_ref] if told.account_ref else None,
            method_ref=told.method_ref,
            rule=told.rule,
            amount_minor=told.amount_minor,
            day_rule=told.day_rule,
            day=told.day,
            tell_rule=told.tell_rule,
            tell_above_minor=told.tell_above_minor,
            tell_change_minor=told.tell_change_minor,
            locale=get_language() or "en",
        )

    def draw(self, form: AutopayForm, *, message: str = "") -> HttpResponse:
        """Draw step 1."""
        kinds = self.payable_kinds(self.biller.id)
        can_add = self.actor.may_as_payer(permissions.SAVE_METHODS, payer_id=self.payer_row.id)
        values = {
            "form": form,
            "offered": form.offered,
            "biller_name": self.biller.name,
            "message": message,
            "expired": form.offered.expired,
            "can_renew": can_add,
            "adds_bank": can_add and "bank" in kinds,
            "adds_card": can_add and "card" in kinds,
        }
        return self.page("portal/schedules/terms.html", values, biller=self.biller)


class TermsStep(TermsView):
    """Step 1: the choices, the likely ones made already."""

    def get(self, request: HttpRequest, payer_ref: str) -> HttpResponse:
        """Open it: anew, with what was kept, or with what an autopay says that is to be changed."""
        before = self.told("kept")
        offered = self.offered(before.changes if before else "")
        initial = self._initial(offered) | (schedule_forms.posted(before) if before else {})
        wanted = self.request.GET.get("method", "")
        if any(method.public_id == wanted for method in offered.methods):
            initial["method"] = wanted
        return self.draw(AutopayForm(offered=offered, initial=initial))

    def post(self, request: HttpRequest, payer_ref: str) -> HttpResponse:
        """Go on to the review; or to adding a method, with everything kept."""
        before = self.told("kept")
        changes = before.changes if before else ""
        form = AutopayForm(self.request.POST, offered=self.offered(changes))
        is_valid = form.is_valid()
        asked = self.request.POST.get("add", "")
        told = _with_changes(form.kept(), changes) if is_valid or asked else None
        away = self._away(form, asked, told) if told is not None and asked else ""
        if away:
            return HttpResponseRedirect(away)
        if told is None or not is_valid:
            return self.draw(form)
        query = urlencode({"order": told.text(subject=self.subject)})
        return HttpResponseRedirect(f"{reverse('portal-autopay-review', args=[payer_ref])}?{query}")

    def _away(self, form: AutopayForm, asked: str, told: KeptAutopay) -> str:
        return detour.url_asked(
            asked,
            payer_ref=self.payer_row.public_id,
            renewable=tuple(method.public_id for method in form.offered.expired),
            back=f"{self.request.path}?{urlencode({'kept': told.text(subject=self.subject)})}",
        )

    def _initial(self, offered: AutopayOffered) -> dict[str, Any]:
        return {
            "account": offered.accounts[0][0] if len(offered.accounts) == 1 else "",
            "method": offered.methods[0].public_id if offered.methods else "",
            "rule": states.FULL,
            "day_rule": states.DUE_DATE,
            "tell_rule": states.TELL_EVERY,
            "day": "1",
        }


class ReviewStep(TermsView):
    """Step 2: what is agreed to, word for word; and Start Autopay."""

    def get(self, request: HttpRequest, payer_ref: str) -> HttpResponse:
        """Show it."""
        told = self.told("order")
        return self._review(told) if told else self._restart()

    def post(self, request: HttpRequest, payer_ref: str) -> HttpResponse:
        """Start it, or change it; or go back with everything kept. Twice starts once."""
        told = self.told("order")
        if told is None:
            return self._restart()
        if self.request.POST.get("step") == "change":
            query = urlencode({"kept": told.text(subject=self.subject)})
            return HttpResponseRedirect(f"{reverse('portal-autopay-terms', args=[payer_ref])}?{query}")
        seen, form = self.request.POST.get("seen", ""), self.form_of(told)
        try:
            if told.changes:
                ref = told.changes
                change_enrollment.run(actor=self.actor, now=self.now, ref=ref, form=form, seen=seen)
            else:
                ref = enroll.run(actor=self.actor, now=self.now, form=form, seen=seen)
        except (errors.Invalid, errors.Stale) as refusal:
            return self._review(told, refusal=refusal)
        done = "changed" if told.changes else "on"
        return HttpResponseRedirect(f"{reverse('portal-autopay', args=[ref])}?done={done}")

    def _restart(self) -> HttpResponse:
        return HttpResponseRedirect(reverse("portal-autopay-terms", args=[self.payer_row.public_id]))

    def _made(self, told: KeptAutopay) -> EnrollmentReview:
        form = self.form_of(told)
        if told.changes:
            return change_enrollment.review(actor=self.actor, now=self.now, ref=told.changes, form=form)
        return enroll.review(actor=self.actor, now=self.now, form=form)

    def _review(self, told: KeptAutopay, *, refusal: errors.Refused | None = None) -> HttpResponse:
        try:
            made = self._made(told)
        except (errors.Invalid, errors.Stale) as again:
            form = AutopayForm(schedule_forms.posted(told), offered=self.offered(told.changes))
            form.is_valid()
            form.refuse(again)
            return self.draw(form, message=again.message)
        values = {
            "made": made,
            "told": told,
            "amount_words": autopays.amount_of(told.rule, told.amount_minor, currency=made.biller.currency),
            "day_words": autopays.day_of(told.day_rule, told.day),
            "tell_words": autopays.telling_of(
                told.tell_rule, told.tell_above_minor, told.tell_change_minor, currency=made.biller.currency
            ),
            "first_on": made.foreseen.first_on,
            "message": refusal.message if refusal else "",
            "is_change": bool(told.changes),
        }
        return self.page("portal/schedules/review.html", values, biller=self.biller)


def _with_changes(told: KeptAutopay, changes: str) -> KeptAutopay:
    return KeptAutopay(
        told.account_ref, told.method_ref, told.rule, told.amount_minor, told.day_rule, told.day,
        told.tell_rule, told.tell_above_minor, told.tell_change_minor, changes,
    )  # fmt: skip


class AutopayView(SchedulesView):
    """One autopay of this login."""

    @functools.cached_property
    def enrollment(self) -> EnrollmentRow:
        """The autopay of the address.

        :raises errors.NotFound: not one of this login's.
        """
        found = schedule_queries.get_enrollment(actor=self.actor, public_id=self.kwargs["ref"])
        self.payer(payer_id=found.payer_id)
        return found

    @property
    def biller(self) -> BillerRow:
        """Who is paid."""
        return self.billers[self.enrollment.biller_id]

    def values(self) -> dict[str, Any]:
        """Return what its pages show."""
        row = self.enrollment
        scheduled = schedule_queries.list_scheduled(actor=self.actor, payer_ids=[row.payer_id])
        mine = [each for each in scheduled if each.enrollment_ref == row.public_id]
        may = self.may(row.payer_id)
        return {
            "autopay": autopays.shown(row, scheduled=scheduled, biller=self.biller, now=self.now, may=may),
            "rows": [self.set_row(each) for each in mine],
            "late": [each for each in mine if not each.can_change(self.now)],
            "change_url": self._terms_url() if may and row.status != states.ENDED else "",
            "zone": self.biller.zone,
        }

    def _terms_url(self) -> str:
        row, payer = self.enrollment, self.payer(payer_id=self.enrollment.payer_id)
        accounts = payer_queries.list_payer_accounts(actor=self.actor, payer_ids=[row.payer_id])
        refs = {link.account.id: link.account.public_id for link in accounts}
        told = KeptAutopay(
            refs.get(row.account_id, "") if row.account_id else "", row.method_ref, row.rule, row.amount_minor,
            row.day_rule, row.day, row.tell_rule, row.tell_above_minor, row.tell_change_minor, row.public_id,
        )  # fmt: skip
        query = urlencode({"kept": told.text(subject=f"{self.actor.ref}:{payer.public_id}")})
        return f"{reverse('portal-autopay-terms', args=[payer.public_id])}?{query}"


class AutopayPage(AutopayView):
    """One autopay: what it does, what it planned, what can be done."""

    def get(self, request: HttpRequest, ref: str) -> HttpResponse:
        """Show it; with the confirmation right after it was started, changed or ended."""
        values = self.values() | {"done": self.request.GET.get("done", "")}
        return self.page("portal/schedules/autopay.html", values, biller=self.biller)


MOVES: Final[dict[str, Callable[..., object]]] = {
    "skip": skip_once.run,
    "pause": pause.run,
    "resume": resume.run,
    "cancel": end_enrollment.run,
}
DONE: Final = {
    "skip": gettext_lazy("The next payment is skipped."),
    "pause": gettext_lazy("Autopay is paused."),
    "resume": gettext_lazy("Autopay goes on."),
}


class MoveAutopay(AutopayView):
    """Skip once, pause, resume, cancel: each says what will happen, and asks once."""

    move = ""

    def get(self, request: HttpRequest, ref: str) -> HttpResponse:
        """Ask."""
        self._demand()
        return self.page(f"portal/schedules/moves/{self.move}.html", self.values(), biller=self.biller)

    def post(self, request: HttpRequest, ref: str) -> HttpResponse:
        """Do it; twice does it once."""
        self._demand()
        here = reverse("portal-autopay", args=[ref])
        named = self.request.POST.get("scheduled", "")
        extra = {"scheduled_ref": named} if self.move == "skip" and named.isidentifier() else {}
        try:
            MOVES[self.move](actor=self.actor, now=self.now, ref=ref, **extra)
        except errors.Stale as refusal:
            messages.warning(request, refusal.message)
            return HttpResponseRedirect(here)
        if self.move == "cancel":
            return HttpResponseRedirect(f"{here}?done=ended")
        messages.success(request, str(DONE[self.move]))
        return HttpResponseRedirect(here)

    def _demand(self) -> None:
        if not self.may(self.enrollment.payer_id):
            raise errors.NotFound("autopay")
