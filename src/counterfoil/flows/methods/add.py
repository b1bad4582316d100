"""*Add Payment Method*: a token from the gateway's own fields becomes a saved method, validated where it must be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError
from django.utils.translation import gettext as _

from counterfoil.audit import operations as audit_operations
from counterfoil.billers import queries as biller_queries
from counterfoil.billers.queries import BillerRow, ConnectionRow
from counterfoil.core import db, errors, failpoints, http, sensitive
from counterfoil.core.actor import Actor
from counterfoil.flows.payments import send
from counterfoil.gateways import base
from counterfoil.methods import operations as method_operations, queries as method_queries, states
from counterfoil.methods.drafts import NewAddress, NewMethod
from counterfoil.notices import operations as notice_operations
from counterfoil.notices.operations import NewNotice
from counterfoil.payers import queries as payer_queries
from counterfoil.payers.rows import PayerRow

# Interfaces build the form with an address of it, and may not import operations.
__all__ = ["NewAddress", "NewMethodForm", "run"]

LONGEST_TOKEN = 100


@dataclass(frozen=True, slots=True)
class NewMethodForm:
    """What the payer gave: the gateway's token, and everything about the method that is ours."""

    payer_id: int
    kind: base.Kind
    token: str
    nickname: str
    is_default: bool
    address_id: int | None
    new_address: NewAddress | None
    is_saved: bool = True


def run(*, actor: Actor, now: datetime, form: NewMethodForm) -> str:
    """Save the method; return its public id. A bank account passes the gateway's instant check first (NA-08).

    The same token again gives the same method: a double click adds one.

    :raises errors.Invalid: the bank check failed, the token is no good, or text holds a card or Social Security number.
    :raises errors.NotPermitted: the user profile does not allow saving methods.
    """
    actor.demand_payer("save_methods" if form.is_saved else "pay", payer_id=form.payer_id)
    _refuse_numbers(form)
    payer = payer_queries.list_payers_by_ids(actor=actor, payer_ids=[form.payer_id])[0]
    biller = biller_queries.get(biller_id=payer.biller_id)
    connection = biller_queries.find_connection(biller_id=payer.biller_id, kind=form.kind)
    if connection is None:
        raise errors.NotFound("connection")
    details = _vouched(connection, form)
    try:
        return db.in_transaction(lambda: _save(actor, now, form, payer, biller, connection, details))
    except IntegrityError as error:
        if "method_token_once" not in str(error):
            raise
        return _known(actor, connection, details)


def _refuse_numbers(form: NewMethodForm) -> None:
    """Card and Social Security numbers do not belong in free text (PC-09)."""
    address = form.new_address
    texts = {"nickname": form.nickname} | (
        {"line1": address.line1, "line2": address.line2} if address else {}
    )
    for field, text in texts.items():
        if sensitive.find(text) is not None:
            message = _("This looks like a card, account or Social Security number. Please leave it out.")
            raise errors.Invalid(message, field=field)


def _vouched(connection: ConnectionRow, form: NewMethodForm) -> base.TokenDetails:
    """Ask the gateway what the token is; run the instant check on a bank account."""
    db.demand_outside_transaction()
    expired = _("These details have expired. Please enter them again.")
    if len(form.token) > LONGEST_TOKEN or not form.token.isprintable():
        raise errors.Invalid(expired, field="token")
    gateway = base.saves_methods(send.open_gateway(connection))
    try:
        with http.bulkhead(connection.gateway_key):
            failpoints.reach("token.before")
            details = gateway.token_details(form.token)
            if isinstance(details, base.NotFound) or details.kind != form.kind:
                raise errors.Invalid(expired, field="token")
            if details.kind == "bank" and details.check == "not_run":
                details = gateway.check_bank(form.token)
            failpoints.reach("token.after")
    except (base.Unavailable, http.Busy) as error:
        message = _("We cannot reach the payment service right now. Nothing was saved. Please try again.")
        raise errors.Refused(message, code="gateway_unavailable") from error
    except base.Refused as error:
        raise errors.Invalid(expired, field="token") from error
    # NA-08: a bank account that nobody vouched for is as good as one that failed.
    if details.check == "failed" or (details.kind == "bank" and details.check != "passed"):
        message = _("Your bank does not know this account. Please check the routing and account numbers.")
        raise errors.Invalid(message, field="token", code="bank_check_failed")
    return details


def _save(  # noqa: PLR0913, PLR0917 - the parts of one act
    actor: Actor,
    now: datetime,
    form: NewMethodForm,
    payer: PayerRow,
    biller: BillerRow,
    connection: ConnectionRow,
    details: base.TokenDetails,
) -> str:
    present = method_queries.lock_all_of(payer_id=payer.id)
    address_id = _address(form, payer, now, actor)
    method = method_operations.create(
        actor=actor, method=_draft(form, payer, connection, details, address_id), now=now
    )
    usable = [m for m in present if m.status == states.ACTIVE and m.is_saved]
    if form.is_saved and (form.is_default or not usable):
        method_operations.choose_default(methods=[*present, method], chosen_id=method.pk)
    audit_operations.record(
        actor=actor,
        biller_id=payer.biller_id,
        action="method.added",
        object_ref=method.public_id,
        details={"kind": method.kind, "last4": method.last4, "check": details.check},
        now=now,
    )
    if payer.email and form.is_saved:
        notice_operations.queue(
            now=now, **_notice(payer, biller, method_queries.label_of(method), method.public_id, now)
        )
    return method.public_id


def _address(form: NewMethodForm, payer: PayerRow, now: datetime, actor: Actor) -> int | None:
    if form.new_address is not None:
        return method_operations.create_address(
            biller_id=payer.biller_id, payer_id=payer.id, address=form.new_address, now=now
        )
    if form.address_id is None:
        return None
    known = {row.id for row in method_queries.list_addresses(actor=actor, payer_id=payer.id)}
    if form.address_id not in known:
        raise errors.Invalid(_("Choose one of your saved addresses."), field="address")
    return form.address_id


def _draft(
    form: NewMethodForm,
    payer: PayerRow,
    connection: ConnectionRow,
    details: base.TokenDetails,
    address_id: int | None,
) -> NewMethod:
    is_bank = details.kind == "bank"
    return NewMethod(
        biller_id=payer.biller_id,
        payer_id=payer.id,
        connection_id=connection.id,
        kind=details.kind,
        token=details.token,
        fingerprint=details.fingerprint,
        brand=details.brand[:40],
        bank_name=details.bank_name[:80],
        last4=details.last4,
        exp_month=details.exp_month,
        exp_year=details.exp_year,
        funding=details.funding,
        bank_account_kind=details.account_kind or "",
        holder_kind=details.holder_kind or "",
        holder_name=details.holder_name[:120],
        nickname=form.nickname,
        validation=states.PASSED if is_bank else states.NOT_NEEDED,
        validated_by="instant" if is_bank else "",
        is_saved=form.is_saved,
        address_id=address_id,
    )


def _known(actor: Actor, connection: ConnectionRow, details: base.TokenDetails) -> str:
    ref = method_queries.find_by_token(actor=actor, connection_id=connection.id, token=details.token)
    if ref is None:
        raise errors.Invalid(_("These details have expired. Please enter them again."), field="token")
    return ref


def _notice(payer: PayerRow, biller: BillerRow, label: str, ref: str, now: datetime) -> NewNotice:
    return NewNotice(
        biller_id=payer.biller_id,
        key="method_added",
        to_email=payer.email,
        payer_id=payer.id,
        locale=payer.locale,
        zone=biller.zone,
        data={
            "biller": {"name": biller.name, "phone": biller.phone},
            "payer_name": payer.name,
            "method_label": label,
            "added_at": now.isoformat(),
            "link": "/billing/methods/",
        },
        subject_ref=ref,
    )
