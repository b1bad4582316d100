"""What a person agrees to when another method takes over what is set for later."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _, override

from counterfoil.agreements import operations as agreement_operations, schedule_texts
from counterfoil.agreements.texts import AgreementText
from counterfoil.billers import queries as biller_queries
from counterfoil.core import format as formats
from counterfoil.core.actor import Actor
from counterfoil.flows.schedules import enrollment_review, schedule_payment
from counterfoil.flows.schedules.enrollment_review import EnrollmentForm
from counterfoil.methods.queries import MethodRow
from counterfoil.schedules.drafts import EnrollmentTerms
from counterfoil.schedules.queries import Enrollment, Scheduled
from counterfoil.schedules.rows import EnrollmentRow, ScheduledRow


def of_enrollment(
    *, actor: Actor, now: datetime, row: EnrollmentRow, method: MethodRow, locale: str
) -> AgreementText:
    """Return the recurring authorization of the same autopay with another method."""
    form = _form(row, method, locale)
    return enrollment_review.run(actor=actor, now=now, form=form, keeps=True).text


def of_same_enrollment(
    *, actor: Actor, now: datetime, row: EnrollmentRow, method: MethodRow, locale: str
) -> AgreementText:
    """Return the recurring authorization of the same autopay under another number of its own method.

    `method` is as it will be. What autopay does stays, so nothing of it is judged again.
    """
    form = _form(row, method, locale)
    return enrollment_review.text_for(actor=actor, now=now, form=form, method=method)


def _form(row: EnrollmentRow, method: MethodRow, locale: str) -> EnrollmentForm:
    return EnrollmentForm(
        payer_id=row.payer_id,
        account_id=row.account_id,
        method_ref=method.public_id,
        rule=row.rule,
        amount_minor=row.amount_minor,
        day_rule=row.day_rule,
        day=row.day,
        tell_rule=row.tell_rule,
        tell_above_minor=row.tell_above_minor,
        tell_change_minor=row.tell_change_minor,
        locale=locale,
    )


def of_scheduled(
    *, now: datetime, row: ScheduledRow, method: MethodRow, fee_minor: int, locale: str
) -> AgreementText:
    """Return the authorization of the same payment with another method, and with a fee in minor units."""
    biller = biller_queries.get(biller_id=row.biller_id)
    today = biller_queries.today(biller=biller, now=now)
    with override(locale):
        parties = schedule_texts.Parties(
            biller_name=biller.legal_name or biller.name,
            biller_phone=biller.phone,
            payer_name=row.payer_name,
            method=f"{method.issuer} ****{method.last4}",
            method_kind=method.kind,
            account_kind=_("savings") if method.bank_account_kind == "savings" else _("checking"),
            today=formats.day(today, locale, long=True),
            locale=locale,
        )
        return schedule_texts.scheduled_payment(
            schedule_texts.LaterTerms(
                parties=parties,
                amount=formats.money(row.amount_minor, row.currency, locale),
                fee=formats.money(fee_minor, row.currency, locale),
                total=formats.money(row.amount_minor + fee_minor, row.currency, locale),
                has_fee=fee_minor > 0,
                run_on=formats.day(row.run_on, locale, long=True),
                cutoff=formats.instant(row.cutoff_at, biller.zone, locale),
            )
        )


def terms_of(enrollment: Enrollment) -> EnrollmentTerms:
    """Return the terms of a locked enrollment."""
    return EnrollmentTerms(
        payer_id=enrollment.payer_id,
        account_id=enrollment.account_id,
        method_id=enrollment.method_id,
        rule=enrollment.rule,
        amount_minor=enrollment.amount_minor,
        day_rule=enrollment.day_rule,
        day=enrollment.day,
        tell_rule=enrollment.tell_rule,
        tell_above_minor=enrollment.tell_above_minor,
        tell_change_minor=enrollment.tell_change_minor,
    )


def recurring(
    enrollment: Enrollment, method: MethodRow, text: AgreementText, assent: str
) -> agreement_operations.NewAuthorization:
    """Return the recurring permission for another method."""
    return agreement_operations.NewAuthorization(
        biller_id=enrollment.biller_id,
        payer_id=enrollment.payer_id,
        kind="recurring",
        method_ref=method.public_id,
        sec_code=schedule_payment.sec_code(method),
        amount_minor=enrollment.amount_minor,
        currency=enrollment.currency,
        debit_on=None,
        text=text,
        assent=assent,
    )


def single(
    row: Scheduled, method: MethodRow, text: AgreementText, assent: str
) -> agreement_operations.NewAuthorization:
    """Return the permission of one payment for another method: its amount, and the fee agreed to."""
    return agreement_operations.NewAuthorization(
        biller_id=row.biller_id,
        payer_id=row.payer_id,
        kind="single",
        method_ref=method.public_id,
        sec_code=schedule_payment.sec_code(method),
        amount_minor=row.amount_minor + row.fee_minor,
        currency=row.currency,
        debit_on=row.run_on,
        text=text,
        assent=assent,
    )
