"""Autopay before it is accepted: what is checked, how it reads, and the exact recurring authorization (E3)."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final

from babel import dates
from django.utils.translation import gettext as _, override

from counterfoil.agreements import operations as agreement_operations, schedule_texts
from counterfoil.agreements.texts import AgreementText
from counterfoil.billers import queries as biller_queries
from counterfoil.billers.queries import BillerRow
from counterfoil.core import errors, format as formats
from counterfoil.core.actor import WORKER, Actor
from counterfoil.flows.payments import quote as payment_quote
from counterfoil.flows.schedules import foresee, schedule_payment
from counterfoil.flows.schedules.foresee import Foreseen
from counterfoil.methods import queries as method_queries
from counterfoil.methods.queries import MethodRow
from counterfoil.payers import permissions, queries as payer_queries
from counterfoil.payers.rows import AccountRow, PayerRow
from counterfoil.rules import queries as rule_queries
from counterfoil.schedules import queries as schedule_queries, states
from counterfoil.schedules.drafts import EnrollmentTerms

NOTICE_DAYS: Final = "reg_e_notice_days"
STOP_DAYS: Final = "reg_e_stop_bank_days"
SHORT_NOTICE_DAYS: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrollmentForm:
    """What the payer chose. `account_id` empty: all accounts at the biller. Amounts in minor units.

    `amount_minor` is the fixed amount, or the most that is taken without asking; `day` counts with `day_of_month`;
    the `tell_` amounts count with the rule `range`.
    """

    payer_id: int
    account_id: int | None
    method_ref: str
    rule: str = states.FULL
    amount_minor: int | None = None
    day_rule: str = states.DUE_DATE
    day: int | None = None
    tell_rule: str = states.TELL_EVERY
    tell_above_minor: int | None = None
    tell_change_minor: int | None = None
    locale: str = "en"


@dataclass(frozen=True, slots=True)
class EnrollmentReview:
    """What is agreed to: the terms, the text to accept, and what identifies both."""

    terms: EnrollmentTerms
    biller: BillerRow
    payer: PayerRow
    account: AccountRow | None
    method: MethodRow
    foreseen: Foreseen
    text: AgreementText
    digest: str


def run(*, actor: Actor, now: datetime, form: EnrollmentForm, keeps: bool = False) -> EnrollmentReview:
    """Work out what autopay would be. Moves nothing; the same at review and when it is accepted.

    With `keeps` what it planned already stays, as with another method; else it is planned anew.

    :raises errors.Refused: a choice will not do; `field` names which.
    :raises errors.NotFound: not this actor's payer or account.
    """
    actor.demand_payer(permissions.AUTOPAY, payer_id=form.payer_id)
    payer, account = _whose(actor, form)
    biller = biller_queries.get(biller_id=payer.biller_id)
    today = biller_queries.today(biller=biller, now=now)
    method = _method(actor, form)
    payment_quote.refuse_expired(method, on=today)
    _check(form, biller, payer, method)
    terms = _terms(form, method)
    foreseen = _foreseen(now, form, biller, method, keeps=keeps)
    with override(form.locale):
        text = _text(form, biller, payer, account, method, foreseen.examples, today)
    figures = [
        form.payer_id, form.account_id, method.public_id, form.rule, form.amount_minor, form.day_rule, form.day,
        form.tell_rule, form.tell_above_minor, form.tell_change_minor, text.body,
    ]  # fmt: skip
    digest = hashlib.sha256(json.dumps(figures).encode()).hexdigest()
    return EnrollmentReview(terms, biller, payer, account, method, foreseen, text, digest)


def text_for(*, actor: Actor, now: datetime, form: EnrollmentForm, method: MethodRow) -> AgreementText:
    """Return the recurring authorization for `method` as it is given, whatever is saved of it; judges no choice.

    :raises errors.NotFound: not this actor's payer or account.
    """
    actor.demand_payer(permissions.AUTOPAY, payer_id=form.payer_id)
    payer, account = _whose(actor, form)
    biller = biller_queries.get(biller_id=payer.biller_id)
    today = biller_queries.today(biller=biller, now=now)
    examples = _foreseen(now, form, biller, method, keeps=True).examples
    with override(form.locale):
        return _text(form, biller, payer, account, method, examples, today)


def authorization(made: EnrollmentReview, assent: str) -> agreement_operations.NewAuthorization:
    """Return the recurring permission; its amount is the fixed one or the cap, none for the full balance."""
    return agreement_operations.NewAuthorization(
        biller_id=made.biller.id,
        payer_id=made.payer.id,
        kind="recurring",
        method_ref=made.method.public_id,
        sec_code=schedule_payment.sec_code(made.method),
        amount_minor=made.terms.amount_minor,
        currency=made.biller.currency,
        debit_on=None,
        text=made.text,
        assent=assent,
    )


def _whose(actor: Actor, form: EnrollmentForm) -> tuple[PayerRow, AccountRow | None]:
    payers = payer_queries.list_payers_by_ids(actor=actor, payer_ids=[form.payer_id])
    if not payers:
        raise errors.NotFound("payer")
    if form.account_id is None:
        return payers[0], None
    links = payer_queries.list_payer_accounts(actor=actor, payer_ids=[form.payer_id])
    mine = [link.account for link in links if link.account.id == form.account_id]
    if not mine:
        raise errors.NotFound("account")
    return payers[0], mine[0]


def _method(actor: Actor, form: EnrollmentForm) -> MethodRow:
    found = method_queries.list_by_refs(actor=actor, refs=[form.method_ref])
    if not found or found[0].payer_id != form.payer_id:
        raise errors.Invalid(_("Choose one of your saved payment methods."), field="method")
    if not found[0].can_pay:
        raise errors.Invalid(_("This payment method cannot be used now. Choose another one."), field="method")
    if not found[0].is_for(account_id=form.account_id):
        message = _("This payment method is not for this account. Choose another one.")
        raise errors.Invalid(message, field="method", code="other_account")
    return found[0]


def _check(form: EnrollmentForm, biller: BillerRow, payer: PayerRow, method: MethodRow) -> None:
    if not biller.portal.autopay_on or not biller.payments.gateway_on:
        raise errors.Invalid(_("Autopay is not offered here."), code="not_offered")
    if not payer.email:
        message = _("Add your e-mail address first: we must tell you before each payment.")
        raise errors.Invalid(message, field="email")
    if form.rule not in states.RULES:
        raise errors.Invalid(_("Choose how much autopay may take."), field="rule")
    if form.rule != states.FULL:
        _check_amount(form, biller, method)
    if form.day_rule not in states.DAY_RULES:
        raise errors.Invalid(_("Choose when autopay pays."), field="day_rule")
    if form.day_rule == states.DAY_OF_MONTH and not (form.day and 1 <= form.day <= 31):
        raise errors.Invalid(_("Choose a day between 1 and 31."), field="day")
    if form.tell_rule not in states.TELL_RULES:
        raise errors.Invalid(_("Choose what you want to be told."), field="tell_rule")
    if form.tell_rule == states.TELL_RANGE:
        _check_range(form)


def _check_amount(form: EnrollmentForm, biller: BillerRow, method: MethodRow) -> None:
    if not form.amount_minor or form.amount_minor <= 0:
        raise errors.Invalid(_("Enter an amount above zero."), field="amount")
    if form.rule == states.FIXED and not biller.portal.partial_payment_allowed:
        raise errors.Invalid(_("Here a bill is paid in full. Choose the full balance."), field="rule")
    least = biller.payments.min_card_minor
    if method.kind == "card" and form.amount_minor < least:
        shown = formats.money(least, biller.currency, form.locale)
        raise errors.Invalid(_("The smallest card payment is %(least)s.") % {"least": shown}, field="amount")


def _check_range(form: EnrollmentForm) -> None:
    for field, amount in (
        ("tell_above", form.tell_above_minor),
        ("tell_change", form.tell_change_minor),
    ):
        if amount is not None and amount < 0:
            raise errors.Invalid(_("Enter an amount above zero."), field=field)
    if form.tell_above_minor is None and form.tell_change_minor is None:
        raise errors.Invalid(_("Enter above which amount you want to be told."), field="tell_above")


def _terms(form: EnrollmentForm, method: MethodRow) -> EnrollmentTerms:
    in_range = form.tell_rule == states.TELL_RANGE
    return EnrollmentTerms(
        payer_id=form.payer_id,
        account_id=form.account_id,
        method_id=method.id,
        rule=form.rule,
        amount_minor=form.amount_minor if form.rule != states.FULL else None,
        day_rule=form.day_rule,
        day=form.day if form.day_rule == states.DAY_OF_MONTH else None,
        tell_rule=form.tell_rule,
        tell_above_minor=form.tell_above_minor if in_range else None,
        tell_change_minor=form.tell_change_minor if in_range else None,
    )


def _foreseen(
    now: datetime, form: EnrollmentForm, biller: BillerRow, method: MethodRow, *, keeps: bool
) -> Foreseen:
    """Return when it would pay: the first time, and the next days."""
    # The actor may see this payer: that was asked before.
    living = schedule_queries.list_enrollments(actor=WORKER, payer_ids=[form.payer_id])
    before = next((row for row in living if row.account_id == form.account_id), None)
    return foresee.run(
        now=now, biller=biller, method=method, terms=_terms(form, method), before=before, keeps=keeps
    )


def _text(  # noqa: PLR0913, PLR0917 - the parts of one text
    form: EnrollmentForm,
    biller: BillerRow,
    payer: PayerRow,
    account: AccountRow | None,
    method: MethodRow,
    examples: tuple[date, ...],
    today: date,
) -> AgreementText:
    locale = form.locale
    rules = rule_queries.list_at([NOTICE_DAYS, STOP_DAYS], on=today)
    parties = schedule_texts.Parties(
        biller_name=biller.legal_name or biller.name,
        biller_phone=biller.phone,
        payer_name=payer.name,
        method=f"{method.issuer} ****{method.last4}",
        method_kind=method.kind,
        account_kind=_("savings") if method.bank_account_kind == "savings" else _("checking"),
        today=formats.day(today, locale, long=True),
        locale=locale,
    )
    return schedule_texts.autopay(
        schedule_texts.AutopayTerms(
            parties=parties,
            for_whom=account.holder_name if account else "",
            amount_rule=amount_words(form, biller.currency),
            day_rule=day_words(form),
            tell_rule=tell_words(form, biller.currency, int(rules[NOTICE_DAYS])),
            cutoff_hour=_hour(biller.payments.schedule_cutoff_hour, locale),
            notice_days=int(rules[NOTICE_DAYS]),
            stop_bank_days=int(rules[STOP_DAYS]),
            examples=tuple(formats.day(day, locale, long=True) for day in examples),
        )
    )


def _hour(hour: int, locale: str) -> str:
    return dates.format_time(time(hour), "short", locale=locale).replace("\u202f", " ")


def amount_words(form: EnrollmentForm, currency: str) -> str:
    """Return how much autopay takes, in the active language."""
    amount = formats.money(form.amount_minor or 0, currency, form.locale)
    if form.rule == states.FIXED:
        return _("%(amount)s of each bill, or less if less is owed.") % {"amount": amount}
    if form.rule == states.CAPPED:
        return _("the full balance, up to %(amount)s. Above that nothing is taken, and I am asked.") % {
            "amount": amount
        }
    return _("the full balance.")


def day_words(form: EnrollmentForm) -> str:
    """Return when autopay takes it, in the active language."""
    if form.day_rule == states.DAY_OF_MONTH:
        return _(
            "on day %(day)s of each month; a day on which banks are closed moves it to the next bank day."
        ) % {"day": form.day}
    return _("on the due date of each bill; a day on which banks are closed moves it to the next bank day.")


def tell_words(form: EnrollmentForm, currency: str, notice_days: int) -> str:
    """Return what the payer chose to be told, in the active language (RE-03)."""
    if form.tell_rule == states.TELL_EVERY:
        return _("I am told of every payment at least %(days)s days before it.") % {"days": notice_days}
    parts = []
    if form.tell_above_minor is not None:
        above = formats.money(form.tell_above_minor, currency, form.locale)
        parts.append(_("above %(amount)s") % {"amount": above})
    if form.tell_change_minor is not None:
        change = formats.money(form.tell_change_minor, currency, form.locale)
        parts.append(_("more than %(amount)s different from the last one") % {"amount": change})
    return _(
        "I choose to be told at least %(days)s days before only of a payment that is %(when)s; of the others %(short)s "
        "days before."
    ) % {"days": notice_days, "when": _(" or ").join(parts), "short": SHORT_NOTICE_DAYS}
