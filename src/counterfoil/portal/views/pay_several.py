"""Several accounts and billers in one sitting: one method for each biller, one review, one payment for each account.

Each payment has a key of its own and goes through `flows/payments/submit` like any other, one after the other. What
can go wrong between two of them (a crash, a refusal, a gateway that is silent) leaves the first ones paid and the
others not: the same address then shows which are which, and Submit Payment sends only those that are not there yet.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from counterfoil.billers import fees, queries as biller_queries
from counterfoil.core import db, errors, tokens
from counterfoil.flows.payments import prepare, submit
from counterfoil.flows.payments.orders import Submission
from counterfoil.methods import queries as method_queries
from counterfoil.payers import permissions
from counterfoil.payers.rows import PayerRow
from counterfoil.payments import states
from counterfoil.portal import choosable, detour, kept, replacing
from counterfoil.portal.bills import Owed
from counterfoil.portal.forms import pay_several as several_forms
from counterfoil.portal.forms.pay_several import SelectSeveral, Together
from counterfoil.portal.kept import KeptPart
from counterfoil.portal.views.paying import PURPOSE, SCOPE, leave_url
from counterfoil.portal.views.sitting import Part, SeveralView, Total
from counterfoil.schedules import queries as schedule_queries

FAILED = frozenset({states.DECLINED, states.RETURNED, states.CANCELED})


class SelectSeveralStep(SeveralView):
    """Step 1 where there is more than one person or biller: which bills, and how each biller is paid."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Ask, or go straight to the only one."""
        owed = self.owed()
        if len(owed) == 1:
            return HttpResponseRedirect(owed[0].pay_url)
        before = kept.read_sitting(self.request.GET.get("kept", ""), subject=self.subject)
        several = self._several(owed)
        if not before:
            return self._page(SelectSeveral(several=several))
        initial = dict.fromkeys(SelectSeveral(several=several).fields, "") | several_forms.posted(
            before, several
        )
        wanted = self.request.GET.get("method", "")
        for each in several:
            if any(method.public_id == wanted for method in each.methods):
                initial[several_forms.METHOD + each.key] = wanted
        return self._page(SelectSeveral(several=several, initial=initial))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Go on to Verify Payment; or to adding a method, with everything kept."""
        several = self._several(self.owed())
        form = SelectSeveral(self.request.POST, several=several)
        is_valid = form.is_valid()
        away = self._away(form, self.request.POST.get("add", ""))
        if away:
            return HttpResponseRedirect(away)
        if not is_valid:
            return self._page(form)
        parts = [self._with_key(part) for part in form.chosen]
        query = urlencode({"order": kept.sitting_text(parts, subject=self.subject)})
        return HttpResponseRedirect(f"{reverse('portal-pay-several')}?{query}")

    def _with_key(self, part: KeptPart) -> KeptPart:
        subject = f"{self.actor.ref}:{part.payer_ref}:{part.account_ref}"
        key = tokens.form_key(purpose=PURPOSE, subject=subject, issued_at=self.now)
        return dataclasses.replace(part, key=key)

    def _several(self, owed: Sequence[Owed]) -> list[Together]:
        found = []
        for payer in self.payers:
            theirs = [each for each in owed if each.payer_id == payer.id]
            found += self._together(payer, theirs) if theirs else []
        return found

    def _together(self, payer: PayerRow, owed: Sequence[Owed]) -> list[Together]:
        """One group for each set of methods: one that is for named accounts is not offered for others."""
        saved = method_queries.list_for(actor=self.actor, payer_ids=[payer.id], only_usable=True)
        today = biller_queries.today(biller=self.billers[payer.biller_id], now=self.now)
        can_use = choosable.split(saved, on=today)
        alike: dict[tuple[str, ...], list[Owed]] = {}
        for each in owed:
            refs = tuple(m.public_id for m in can_use.methods if m.is_for(account_id=each.account_id))
            alike.setdefault(refs, []).append(each)
        kinds = self.payable_kinds(payer.biller_id)
        can_add = self.actor.may_as_payer(permissions.SAVE_METHODS, payer_id=payer.id)
        return [
            Together(
                key=f"{payer.public_id}_{at}" if at else payer.public_id,
                payer=payer,
                biller_name=self.billers[payer.biller_id].name,
                owed=some,
                methods=[method for method in can_use.methods if method.public_id in refs],
                expired=[m for m in can_use.expired if all(m.is_for(account_id=o.account_id) for o in some)],
                can_renew=can_add,
                takes_less=self.billers[payer.biller_id].portal.partial_payment_allowed,
                takes_more=self.billers[payer.biller_id].portal.prepayment_allowed,
                fees=fees.by_kind(biller=self.billers[payer.biller_id]),
                adds_bank=can_add and "bank" in kinds,
                adds_card=can_add and "card" in kinds,
            )
            for at, (refs, some) in enumerate(alike.items())
        ]

    def _away(self, form: SelectSeveral, asked: str) -> str:
        """Return where adding or renewing a method is, with the way back; empty when that is not asked.

        The button says for which payer: `card:` and a payer, or `renew:` and an expired card.
        """
        kind, _colon, ref = asked.partition(":")
        is_payer = any(each.payer.public_id == ref for each in form.several)
        return detour.url_asked(
            kind if is_payer else asked,
            payer_ref=ref,
            renewable=tuple(method.public_id for each in form.several for method in each.expired),
            back=f"{self.start_url}?{urlencode({'kept': kept.sitting_text(form.chosen, subject=self.subject)})}",
        )

    def _page(self, form: SelectSeveral) -> HttpResponse:
        can_go = any(each.methods for each in form.several)
        return self.page("portal/pay/several_select.html", {"form": form, "can_go": can_go})


class VerifySeveralStep(SeveralView):
    """Step 2: one clear review of every payment; and Submit Payment, one after the other."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show what each comes to. Who comes Back after paying is led to what became of it."""
        parts = self.kept_parts()
        if not parts:
            return HttpResponseRedirect(self.start_url)
        if len(self.born(parts)) == len(parts):
            return self._done()
        return self._review(parts, {})

    def post(self, request: HttpRequest) -> HttpResponse:
        """Submit what is not submitted yet, or go back with everything kept."""
        parts = self.kept_parts()
        if not parts:
            return HttpResponseRedirect(self.start_url)
        if self.request.POST.get("step") == "change":
            for part in parts:
                prepare.leave(
                    actor=self.actor, account_id=self.balances[part.payer_ref, part.account_ref].account_id
                )
            query = urlencode({"kept": kept.sitting_text(parts, subject=self.subject)})
            return HttpResponseRedirect(f"{self.start_url}?{query}")
        refusals = self._submit(parts)
        return self._review(parts, refusals) if refusals else self._done()

    def _submit(self, parts: Sequence[KeptPart]) -> dict[KeptPart, str]:
        """Submit one after the other; return why some were not. One that fails stops no other."""
        refusals = {}
        for part in parts:
            name = self.part(part).name
            seen = self.request.POST.get(f"seen_{name}", "")
            if not seen:
                continue  # it was left out of the review, and the page said why
            if self.request.POST.getlist(f"set_{name}") and not self.request.POST.get(f"already_{name}"):
                refusals[part] = _("Choose what becomes of the payment that is already set.")
                continue
            submission = Submission(order=self.order(part), scope=SCOPE, key=self.part_key(part), seen=seen)
            try:
                ref = submit.run(actor=self.actor, now=self.now, submission=submission)
            except (errors.Invalid, errors.Stale, db.Busy) as refusal:
                refusals[part] = refusal.message
            else:
                replacing.run(self.request, now=self.now, cancels=self._cancels(part, name), payment_ref=ref)
        return refusals

    def _cancels(self, part: KeptPart, name: str) -> tuple[str, ...]:
        """Return what the payer wants canceled once this one is through, of what is set for its account."""
        if self.request.POST.get(f"already_{name}") != "cancel":
            return ()
        named, balance = (
            set(self.request.POST.getlist(f"set_{name}")),
            self.balances[part.payer_ref, part.account_ref],
        )
        mine = schedule_queries.list_scheduled(
            actor=self.actor, payer_ids=[balance.payer_id], account_id=balance.account_id
        )
        return tuple(row.public_id for row in mine if row.public_id in named)

    def _done(self) -> HttpResponse:
        query = urlencode({"order": self.request.GET["order"]})
        return HttpResponseRedirect(f"{reverse('portal-pay-several-done')}?{query}")

    def _review(self, kept_parts: Sequence[KeptPart], refusals: Mapping[KeptPart, str]) -> HttpResponse:
        born = self.born(kept_parts)
        parts = [
            self.part(part, payment_ref=born[part]) if part in born else self._quoted(part)
            for part in kept_parts
        ]
        asked = [part for part in parts if part.quote is not None]
        values = {
            "parts": parts,
            "asked": asked,
            "done": [part for part in parts if part.payment is not None],
            "messages_of": list(dict.fromkeys(refusals.values())),
            "totals": _totals(asked),
            "leave_url": leave_url(part.balance for part in parts),
        }
        return self.page("portal/pay/several_verify.html", values)

    def _quoted(self, part: KeptPart) -> Part:
        shown = self.part(part)
        try:
            review = prepare.run(actor=self.actor, now=self.now, order=self.order(part))
        except (errors.Invalid, errors.Stale) as refusal:
            return Part(part, shown.balance, shown.biller, refusal=refusal.message)
        found = replacing.list_set(self.actor, [share.invoice_public_id for share in review.quote.shares])
        stays = bool(replacing.list_staying(self.actor, found, now=self.now))
        return Part(
            part,
            shown.balance,
            shown.biller,
            quote=review.quote,
            others=review.others,
            recent=review.recent,
            already=found,
            stays=stays,
        )


class SeveralDone(SeveralView):
    """Step 3: what became of each."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show it as it is now."""
        parts = self.kept_parts()
        born = self.born(parts)
        if not born:
            return HttpResponseRedirect(reverse("portal-invoices"))
        shown = [self.part(part, payment_ref=born.get(part, "")) for part in parts]
        is_good = all(part.payment is not None and part.payment.status not in FAILED for part in shown)
        return self.page("portal/pay/several_done.html", {"parts": shown, "is_good": is_good})


def _totals(parts: Sequence[Part]) -> list[Total]:
    sums: dict[str, Total] = {}
    for quote in (part.quote for part in parts if part.quote is not None):
        before = sums.get(quote.currency, Total(quote.currency, 0))
        amount, fee = before.amount_minor + quote.total_minor, before.fee_minor + quote.fee_minor
        sums[quote.currency] = Total(quote.currency, amount, fee)
    return list(sums.values())
