"""Writes to saved payment methods and billing addresses."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Sequence
from datetime import datetime

from counterfoil.core import db, ids
from counterfoil.core.actor import Actor
from counterfoil.methods import states
from counterfoil.methods.drafts import Details, NewAddress, NewMethod
from counterfoil.methods.models import BillingAddress, MethodAccount, PastDetails, PaymentMethod


def create_address(*, biller_id: int, payer_id: int, address: NewAddress, now: datetime) -> int:
    """Save a billing address; return its row id."""
    db.demand_transaction()
    row = BillingAddress.objects.create(
        biller_id=biller_id,
        payer_id=payer_id,
        line1=address.line1,
        line2=address.line2,
        city=address.city,
        state=address.state,
        postal_code=address.postal_code,
        created_at=now,
    )
    return row.pk


def create(*, actor: Actor, method: NewMethod, now: datetime) -> PaymentMethod:
    """Save a method that the gateway vouches for."""
    db.demand_transaction()
    return PaymentMethod.objects.create(
        public_id=ids.new("method"),
        biller_id=method.biller_id,
        payer_id=method.payer_id,
        connection_id=method.connection_id,
        kind=method.kind,
        status=states.ACTIVE,
        validation=method.validation,
        validated_at=now if method.validation == states.PASSED else None,
        validated_by=method.validated_by,
        token=method.token,
        fingerprint=method.fingerprint,
        brand=method.brand,
        bank_name=method.bank_name,
        last4=method.last4,
        exp_month=method.exp_month,
        exp_year=method.exp_year,
        funding=method.funding,
        bank_account_kind=method.bank_account_kind,
        holder_kind=method.holder_kind,
        holder_name=method.holder_name,
        nickname=method.nickname,
        is_saved=method.is_saved,
        address_id=method.address_id,
        added_at=now,
        added_by_ref=actor.ref,
    )


def transition(*, method: PaymentMethod, to: str) -> str:
    """Move a locked method to another status; a method that leaves is no longer the default.

    :returns: the event word.
    :raises IllegalTransition: the table has no such move.
    """
    db.demand_transaction()
    event = states.METHOD.event(method.status, to)
    method.status = to
    if to != states.ACTIVE:
        method.is_default = False
    method.save(update_fields=["status", "is_default"])
    return event


def choose_default(*, methods: Sequence[PaymentMethod], chosen_id: int | None) -> None:
    """Make one of a payer's locked methods the default, or none."""
    db.demand_transaction()
    for method in methods:
        if method.is_default and method.pk != chosen_id:
            method.is_default = False
            method.save(update_fields=["is_default"])
    for method in methods:
        if method.pk == chosen_id and not method.is_default:
            method.is_default = True
            method.save(update_fields=["is_default"])


def edit(*, method: PaymentMethod, nickname: str, address_id: int | None) -> None:
    """Change what the payer may change about a locked method without giving it anew."""
    db.demand_transaction()
    method.nickname = nickname
    method.address_id = address_id
    method.save(update_fields=["nickname", "address_id"])


def name_accounts(*, method: PaymentMethod, account_ids: Collection[int]) -> None:
    """Tie a locked method to these billing accounts; to all of its payer's where there are none."""
    db.demand_transaction()
    named = MethodAccount.objects.filter(method_id=method.pk)
    present = set(named.values_list("account_id", flat=True))
    named.exclude(account_id__in=account_ids).delete()
    MethodAccount.objects.bulk_create(
        MethodAccount(biller_id=method.biller_id, method_id=method.pk, account_id=account_id)
        for account_id in sorted(set(account_ids) - present)
    )


def change_details(
    *, actor: Actor, method: PaymentMethod, details: Details, cause: str, now: datetime
) -> bool:
    """Give a locked method what its gateway says of it now, and keep what it was; tell whether anything differed.

    With a new token the old one is to be forgotten at the gateway.
    """
    db.demand_transaction()
    fresh = dataclasses.asdict(details)
    if all(getattr(method, name) == value for name, value in fresh.items()):
        return False
    _keep_past(actor, method, cause=cause, is_to_forget=method.token != details.token, now=now)
    for name, value in fresh.items():
        setattr(method, name, value)
    method.save(update_fields=list(fresh))
    return True


def change_validation(*, method: PaymentMethod, to: str, by: str = "", now: datetime) -> None:
    """Note how the validation of a locked bank account stands: pending, failed, or passed and by whom (NA-08)."""
    db.demand_transaction()
    method.validation, method.validated_by = to, by
    method.validated_at = now if to == states.PASSED else None
    method.save(update_fields=["validation", "validated_at", "validated_by"])


def retire_token(*, actor: Actor, method: PaymentMethod, now: datetime) -> None:
    """Note that a deleted method's token is to be forgotten once nothing pending uses it."""
    db.demand_transaction()
    _keep_past(actor, method, cause=PastDetails.Cause.DELETED, is_to_forget=True, now=now)


def mark_forgotten(*, past_ids: Collection[int], now: datetime) -> None:
    """Note that the gateway has forgotten these tokens."""
    db.demand_transaction()
    PastDetails.objects.filter(pk__in=past_ids, forgotten_at__isnull=True).update(forgotten_at=now)


def _keep_past(actor: Actor, method: PaymentMethod, *, cause: str, is_to_forget: bool, now: datetime) -> None:
    PastDetails.objects.create(
        biller_id=method.biller_id,
        method_id=method.pk,
        connection_id=method.connection_id,
        cause=cause,
        token=method.token,
        brand=method.brand,
        bank_name=method.bank_name,
        last4=method.last4,
        exp_month=method.exp_month,
        exp_year=method.exp_year,
        ended_at=now,
        ended_by_ref=actor.ref,
        is_to_forget=is_to_forget,
    )
