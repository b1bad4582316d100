"""*May {biller} collect what I owe from this method?*: the standing permission, given and withdrawn.

It fails safe: without a stored permission in force nothing is pulled. What is stored is the text that was shown; a
text that changed meanwhile (another day, another number) is shown again instead of being taken as read.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.utils.translation import gettext as _, override

from counterfoil.agreements import operations as agreement_operations, queries as agreement_queries, standing
from counterfoil.agreements.operations import NewAuthorization
from counterfoil.agreements.texts import AgreementText
from counterfoil.audit import operations as audit_operations
from counterfoil.billers import queries as biller_queries
from counterfoil.billers.queries import BillerRow
from counterfoil.core import db, errors, format as formats
from counterfoil.core.actor import Actor
from counterfoil.flows.notices import methods as method_notices
from counterfoil.flows.payments import standing_ends, withdraw_collections
from counterfoil.gateways import base
from counterfoil.methods import queries as method_queries, states
from counterfoil.methods.queries import MethodRow, PaymentMethod
from counterfoil.payers import queries as payer_queries
from counterfoil.payers.rows import PayerRow
from counterfoil.rules import queries as rule_queries

COLLECTS = "biller_collects"
STANDING = "standing"
NOTICE, STOP = "reg_e_notice_days", "reg_e_stop_bank_days"


def is_asked(*, biller: BillerRow, payer: PayerRow) -> bool:
    """Tell whether a new method asks for the permission: the biller collects, from all or from this payer."""
    return biller.portal.collects or payer.who_pays == COLLECTS


def text_for(
    *, now: datetime, biller: BillerRow, payer: PayerRow, kind: str, method: MethodRow | None, locale: str
) -> AgreementText:
    """Return the authorization as it is to be shown, in `locale`; without a method for the one being typed."""
    today = biller_queries.today(biller=biller, now=now)
    days = rule_queries.list_at([NOTICE, STOP], on=today)
    with override(locale):
        savings = method is not None and method.bank_account_kind == "savings"
        return standing.text(
            standing.StandingTerms(
                kind=kind,
                biller_name=biller.legal_name or biller.name,
                biller_phone=biller.phone,
                payer_name=payer.name,
                account_kind=_("savings") if savings else _("checking"),
                method=f"{method.issuer} ****{method.last4}" if method else "",
                notice_days=days[NOTICE],
                stop_days=days[STOP],
                today=formats.day(today, locale, long=True),
                locale=locale,
            )
        )


def digest(text: AgreementText) -> str:
    """Return the mark of a text: what a form carries, to say which one was shown."""
    return hashlib.sha256(text.body.encode()).hexdigest()


def demand_seen(text: AgreementText, *, seen: str) -> None:
    """Refuse to store a text that is not the one that was shown.

    :raises errors.Stale: it changed; it must be shown again.
    """
    if digest(text) != seen:
        message = _("The authorization text changed. Please read it again.")
        raise errors.Stale(message, field="may_collect")


def store(
    *,
    actor: Actor,
    now: datetime,
    method: PaymentMethod,
    payer: PayerRow,
    biller: BillerRow,
    text: AgreementText,
) -> int:
    """Store the permission for a locked method, in the caller's transaction, with audit and the payer's copy.

    Return its row id.
    """
    is_bank = method.kind == "bank"
    draft = NewAuthorization(
        biller_id=biller.id,
        payer_id=payer.id,
        kind=STANDING,
        method_ref=method.public_id,
        # NA-01: a consumer's account authorized on the web is WEB, a business account CCD.
        sec_code=("CCD" if method.holder_kind == "business" else "WEB") if is_bank else "",
        amount_minor=None,
        currency=biller.currency,
        debit_on=None,
        text=text,
        assent="answered_yes",
    )
    [authorization_id] = agreement_operations.create_many(actor=actor, now=now, drafts=[draft])
    audit_operations.record(
        actor=actor,
        biller_id=biller.id,
        action="permission.given",
        object_ref=method.public_id,
        details={"version": text.version, "sha256": digest(text)},
        now=now,
    )
    data = {"method_label": method_queries.label_of(method), "at": now.isoformat(), "text": text.body}
    method_notices.queue(
        now=now, key="permission_given", payer=payer, biller=biller, ref=method.public_id, data=data
    )
    return authorization_id


def end(*, actor: Actor, now: datetime, method: PaymentMethod, payer: PayerRow, biller: BillerRow) -> bool:
    """End the permission of a locked method, in the caller's transaction; tell whether there was one.

    What was to be collected by it is canceled, each with a notice.
    """
    # First, and whether or not a permission is left: a bank's news may have ended it before.
    withdraw_collections.run(
        actor=actor, now=now, reason=withdraw_collections.PERMISSION, method_ids=[method.pk]
    )
    return standing_ends.end(
        actor=actor, now=now, ref=method.public_id, label=method_queries.label_of(method), payer=payer,
        biller=biller,
    )  # fmt: skip


def give(*, actor: Actor, now: datetime, ref: str, locale: str, seen: str) -> None:
    """Give the permission later, for a saved method. Doing it again changes nothing.

    :raises errors.NotFound: not this actor's method, or it was deleted.
    :raises errors.Stale: the text is not the one that was shown.
    """
    row, payer, biller = _parts(actor, ref)
    text = text_for(now=now, biller=biller, payer=payer, kind=row.kind, method=row, locale=locale)
    demand_seen(text, seen=seen)

    def work() -> None:
        method = _locked(row)
        if not agreement_queries.has_standing(method_ref=ref):
            store(actor=actor, now=now, method=method, payer=payer, biller=biller, text=text)

    db.in_transaction(work)


def withdraw(*, actor: Actor, now: datetime, ref: str) -> None:
    """Take the permission back: from now on nothing is pulled by it. Doing it again changes nothing.

    :raises errors.NotFound: not this actor's method, or it was deleted.
    """
    row, payer, biller = _parts(actor, ref)
    db.in_transaction(lambda: end(actor=actor, now=now, method=_locked(row), payer=payer, biller=biller))


def shown(
    *, actor: Actor, now: datetime, payer: PayerRow, kind: base.Kind, method: MethodRow | None, locale: str
) -> AgreementText:
    """Return the text for a page: what would be accepted there.

    :raises errors.NotPermitted: the user profile does not allow saving methods.
    """
    actor.demand_payer("save_methods", payer_id=payer.id)
    biller = biller_queries.get(biller_id=payer.biller_id)
    return text_for(now=now, biller=biller, payer=payer, kind=kind, method=method, locale=locale)


def _parts(actor: Actor, ref: str) -> tuple[MethodRow, PayerRow, BillerRow]:
    row = method_queries.get(actor=actor, public_id=ref)
    actor.demand_payer("save_methods", payer_id=row.payer_id)
    payer = payer_queries.list_payers_by_ids(actor=actor, payer_ids=[row.payer_id])[0]
    return row, payer, biller_queries.get(biller_id=row.biller_id)


def _locked(row: MethodRow) -> PaymentMethod:
    method = method_queries.lock(method_ids=[row.id])[0]
    if method.status == states.DELETED:
        raise errors.NotFound("method")
    return method
