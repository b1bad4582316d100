"""Writes to saved payment methods and billing addresses."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from counterfoil.core import db, ids
from counterfoil.core.actor import Actor
from counterfoil.methods import states
from counterfoil.methods.drafts import NewAddress, NewMethod
from counterfoil.methods.models import BillingAddress, PaymentMethod


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


def rename(*, method: PaymentMethod, nickname: str, address_id: int | None) -> None:
    """Change what the payer may change about a locked method without giving it anew."""
    db.demand_transaction()
    method.nickname = nickname
    method.address_id = address_id
    method.save(update_fields=["nickname", "address_id"])
