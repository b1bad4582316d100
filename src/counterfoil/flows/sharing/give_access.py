"""A payer gives somebody access to view or pay, limited in time and amount."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _, override

from counterfoil.agreements import helper_texts, operations as agreement_operations
from counterfoil.agreements.texts import AgreementText
from counterfoil.audit import operations as audit_operations
from counterfoil.billers import queries as biller_queries
from counterfoil.billers.queries import BillerRow
from counterfoil.core import db, errors, format as formats
from counterfoil.core.actor import OPERATOR, Actor
from counterfoil.flows.sharing import notify, people
from counterfoil.methods import queries as method_queries
from counterfoil.methods.queries import MethodRow
from counterfoil.payers import queries as payer_queries
from counterfoil.payers.queries import AccountRow, PayerRow
from counterfoil.sharing import operations as sharing_operations, queries as sharing_queries
from counterfoil.sharing.drafts import NewHelper
from counterfoil.sharing.queries import HelperRow

LONGEST = timedelta(days=366)
ASSENT = "Give access"


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What a payer allows whom. Amounts in minor units; without `method_ref` the helper pays with the helper's own."""

    payer_ref: str
    account_ref: str
    name: str
    email: str
    may_pay: bool
    until_on: date
    limit_minor: int = 0
    total_minor: int = 0
    method_ref: str = ""
    sees_lines: bool = False
    locale: str = "en"


def run(*, actor: Actor, now: datetime, access: Access) -> str:
    """Give the access and tell the helper; return its public id. It serves at once and ends on its day.

    :raises errors.NotFound: the payer, the account or the method is not the actor's.
    :raises errors.NotPermitted: the user profile or the biller does not allow it.
    :raises errors.Invalid: the person, the day, the limits or the method will not do; `field` names which.
    """
    payer = payer_queries.get_payer(actor=actor, public_id=access.payer_ref)
    biller = biller_queries.get(biller_id=payer.biller_id)
    people.demand(actor=actor, biller=biller, payer_id=payer.id, name=access.name, email=access.email)
    account = payer_queries.get_account(actor=actor, public_id=access.account_ref)
    if not payer_queries.has_link(account_id=account.id, payer_id=payer.id):
        raise errors.NotFound("account")
    _check(access, biller_queries.today(biller=biller, now=now))
    method = _method(actor, access, payer)

    def work() -> str:
        payer_queries.lock_accounts(account_ids=[account.id])
        person = people.find_or_make(
            actor=actor, now=now, biller=biller, payer=payer, name=access.name, email=access.email
        )
        if sharing_queries.has_active_helper(
            account_id=account.id, payer_id=payer.id, helper_id=person.payer.id
        ):
            raise errors.Invalid(_("This person has access already. End it first."), field="email")
        new = _new(access, biller, payer, account, person.payer, method)
        if method is not None:
            text = text_of(access=access, biller=biller, payer=payer, account=account, method=method, now=now)
            [given_id] = agreement_operations.create_many(
                actor=actor, now=now, drafts=[_permission(access, biller, payer, method, text)]
            )
            new = replace(new, authorization_id=given_id)
        made = sharing_operations.give_access(actor=actor, new=new, now=now)
        helper = sharing_queries.get_helper(actor=OPERATOR, public_id=made.public_id)
        notify.queue(
            now=now,
            key="helper_added",
            biller=biller,
            to=person.payer,
            subject_ref=helper.public_id,
            data=notify.of_helper(helper) | {"link": person.path},
        )
        _write_down(actor, now, access, biller, helper, person.payer)
        return helper.public_id

    return db.in_transaction(work)


def _write_down(
    actor: Actor, now: datetime, access: Access, biller: BillerRow, helper: HelperRow, person: PayerRow
) -> None:
    audit_operations.record(
        actor=actor,
        biller_id=biller.id,
        action="helper.added",
        object_ref=helper.public_id,
        details={
            "helper": person.public_id,
            "may_pay": access.may_pay,
            "limit_minor": helper.limit_minor,
            "total_minor": helper.total_minor,
            "until": access.until_on.isoformat(),
        },
        now=now,
    )


def _check(access: Access, today: date) -> None:
    if not today <= access.until_on <= today + LONGEST:
        raise errors.Invalid(_("Choose a day from today on, a year ahead at most."), field="until")
    if not access.may_pay:
        return
    if access.limit_minor <= 0:
        raise errors.Invalid(_("Enter the most that one payment may be."), field="limit")
    if access.total_minor < access.limit_minor:
        raise errors.Invalid(_("The total cannot be less than one payment."), field="total")


def _method(actor: Actor, access: Access, payer: PayerRow) -> MethodRow | None:
    """Return the method the payer named; only who may pay with it can let somebody else."""
    if not (access.may_pay and access.method_ref):
        return None
    actor.demand_payer("pay", payer_id=payer.id)
    method = method_queries.get(actor=actor, public_id=access.method_ref)
    if method.payer_id != payer.id or not method.can_pay:
        raise errors.Invalid(_("This payment method cannot be used now. Choose another one."), field="method")
    return method


def _new(
    access: Access,
    biller: BillerRow,
    payer: PayerRow,
    account: AccountRow,
    helper: PayerRow,
    method: MethodRow | None,
) -> NewHelper:
    ends = datetime.combine(access.until_on + timedelta(days=1), time(), tzinfo=ZoneInfo(biller.zone))
    return NewHelper(
        biller_id=biller.id,
        account_id=account.id,
        payer_id=payer.id,
        helper_id=helper.id,
        method_id=method.id if method else None,
        authorization_id=None,
        name=access.name.strip(),
        email=helper.email,
        may_pay=access.may_pay,
        limit_minor=access.limit_minor if access.may_pay else None,
        total_minor=access.total_minor if access.may_pay else None,
        currency=biller.currency,
        sees_lines=access.sees_lines,
        until_on=access.until_on,
        ends_at=ends,
    )


def text_of(
    *,
    access: Access,
    biller: BillerRow,
    payer: PayerRow,
    account: AccountRow,
    method: MethodRow,
    now: datetime,
) -> AgreementText:
    """Return the permission that is accepted by giving access to pay with the payer's own method."""
    locale = access.locale
    today = biller_queries.today(biller=biller, now=now)
    with override(locale):
        return helper_texts.helper_pays(
            helper_texts.HelperTerms(
                biller_name=biller.legal_name or biller.name,
                biller_phone=biller.phone,
                payer_name=payer.name,
                helper_name=access.name.strip(),
                for_whom=account.holder_name,
                method=f"{method.issuer} ****{method.last4}",
                limit=formats.money(access.limit_minor, biller.currency, locale),
                total=formats.money(access.total_minor, biller.currency, locale),
                until=formats.day(access.until_on, locale, long=True),
                today=formats.day(today, locale, long=True),
                locale=locale,
            )
        )


def _permission(
    access: Access, biller: BillerRow, payer: PayerRow, method: MethodRow, text: AgreementText
) -> agreement_operations.NewAuthorization:
    return agreement_operations.NewAuthorization(
        biller_id=biller.id,
        payer_id=payer.id,
        # Not a standing one: that is the biller's, to collect (`flows.methods.permit`).
        kind="helper",
        method_ref=method.public_id,
        sec_code="",
        amount_minor=access.total_minor,
        currency=biller.currency,
        debit_on=None,
        text=text,
        assent=ASSENT,
    )
