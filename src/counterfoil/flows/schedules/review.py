"""*Pay on a later date*, before it is accepted: the amount, the bank day, the cut-off, and the text. Moves nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from django.utils.translation import gettext as _, override

from counterfoil.agreements import schedule_texts
from counterfoil.agreements.texts import AgreementText
from counterfoil.billers import queries as biller_queries
from counterfoil.billers.queries import BillerRow
from counterfoil.core import errors, format as formats
from counterfoil.core.actor import Actor
from counterfoil.flows.payments import facts as payment_facts, quote as payment_quote
from counterfoil.flows.payments.facts import Facts
from counterfoil.flows.payments.orders import PayOrder, Quote, mark
from counterfoil.flows.schedules import days
from counterfoil.payers import permissions
from counterfoil.schedules import queries as schedule_queries
from counterfoil.schedules.rows import ScheduledRow


@dataclass(frozen=True, slots=True)
class LaterReview:
    """What a payment on a later date comes to. `quote` has method, invoices and amount; its own text does not count.

    `others`: what is set for the same invoices already; a person says whether both are meant.
    """

    quote: Quote
    asked_on: date
    run_on: date
    cutoff_at: datetime
    text: AgreementText
    digest: str
    others: tuple[ScheduledRow, ...] = ()

    @property
    def is_moved(self) -> bool:
        """Tell whether the day asked for is no bank day; the screen says so."""
        return self.run_on != self.asked_on


def run(*, actor: Actor, now: datetime, order: PayOrder, on: date, replaces: str = "") -> LaterReview:
    """Work out the payment; `replaces` is the public id of the one that is being changed.

    :raises errors.Refused: the order or the day will not do; `field` names where (`pay_on` for the day).
    :raises errors.NotFound: not this actor's to pay.
    """
    actor.demand_payer(permissions.AUTOPAY, payer_id=order.payer_id)
    facts = payment_facts.load(actor=actor, now=now, orders=[order])[0]
    return make(actor=actor, facts=facts, order=order, on=on, now=now, replaces=replaces)


def make(
    *, actor: Actor, facts: Facts, order: PayOrder, on: date, now: datetime, replaces: str = ""
) -> LaterReview:
    """Return what it comes to; the same at review and when it is accepted.

    :raises errors.Refused: as `run`.
    """
    biller = facts.biller
    # What is set already, by autopay too, can be changed wherever it is.
    if not biller.portal.schedule_payment and not replaces:
        raise errors.Invalid(_("Payments on a later date are not offered here."), code="not_offered")
    _check_day(biller, on, now, order.locale)
    made = payment_quote.make(facts=facts, order=_as_priced(actor, order, replaces))
    if made.prepaid_minor:
        raise errors.Invalid(_("A payment on a later date cannot be more than is owed now."), field="amount")
    run_on = days.bank_day(on)
    if made.method.is_expired(on=run_on):
        # Said now, not on the day, when nothing can be done about it in time.
        shown = formats.day(run_on, order.locale, facts.today)
        message = _("This card expires before %(day)s. Choose another method or an earlier day.")
        raise errors.Invalid(message % {"day": shown}, field="method", code="card_expires")
    cutoff_at = days.cutoff(biller=biller, run_on=run_on)
    text = _text(facts, made, order.locale, run_on, cutoff_at)
    others = _others(actor, made, replaces)
    # What another window has set meanwhile is asked about first, as what was set before.
    set_already = [row.public_id for row in others]
    figures = [made.digest, run_on.isoformat(), cutoff_at.isoformat(), text.body, set_already]
    return LaterReview(
        quote=made,
        asked_on=on,
        run_on=run_on,
        cutoff_at=cutoff_at,
        text=text,
        digest=mark(figures, fee_minor=made.fee_minor),
        others=others,
    )


def _as_priced(actor: Actor, order: PayOrder, replaces: str) -> PayOrder:
    """Return the order without a fee where autopay had set what it changes: what recurs has none (FE-06)."""
    if not replaces:
        return order
    before = schedule_queries.get_scheduled(actor=actor, public_id=replaces)
    return replace(order, most_fee_minor=0) if before.enrollment_ref else order


def _check_day(biller: BillerRow, on: date, now: datetime, locale: str) -> None:
    soonest = days.first(biller=biller, now=now)
    today = biller_queries.today(biller=biller, now=now)
    if days.bank_day(on) < soonest or on <= today:
        shown = formats.day(soonest, locale, today)
        raise errors.Invalid(_("Choose %(day)s or later.") % {"day": shown}, field="pay_on")
    latest = days.last(biller=biller, now=now)
    if on > latest:
        shown = formats.day(latest, locale, today)
        raise errors.Invalid(_("Choose %(day)s or earlier.") % {"day": shown}, field="pay_on")


def parties(facts: Facts, locale: str) -> schedule_texts.Parties:
    """Return who permits whom, as the texts name them."""
    method = facts.method
    return schedule_texts.Parties(
        biller_name=facts.biller.legal_name or facts.biller.name,
        biller_phone=facts.biller.phone,
        payer_name=facts.payer.name,
        method=f"{method.issuer} ****{method.last4}",
        method_kind=method.kind,
        account_kind=_("savings") if method.bank_account_kind == "savings" else _("checking"),
        today=formats.day(facts.today, locale, long=True),
        locale=locale,
    )


def _text(facts: Facts, made: Quote, locale: str, run_on: date, cutoff_at: datetime) -> AgreementText:
    with override(locale):
        return schedule_texts.scheduled_payment(
            schedule_texts.LaterTerms(
                parties=parties(facts, locale),
                amount=formats.money(made.amount_minor, made.currency, locale),
                fee=formats.money(made.fee_minor, made.currency, locale),
                total=formats.money(made.total_minor, made.currency, locale),
                has_fee=made.fee_minor > 0,
                run_on=formats.day(run_on, locale, long=True),
                cutoff=formats.instant(cutoff_at, facts.biller.zone, locale),
            )
        )


def _others(actor: Actor, made: Quote, replaces: str) -> tuple[ScheduledRow, ...]:
    refs = [share.invoice_public_id for share in made.shares]
    found = schedule_queries.list_for_invoices(actor=actor, invoice_refs=refs)
    by_ref = {row.public_id: row for rows in found.values() for row in rows if row.public_id != replaces}
    return tuple(sorted(by_ref.values(), key=lambda row: (row.run_on, row.id)))
