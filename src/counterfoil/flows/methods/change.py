"""The **Options** menu of a saved method: Edit, Disable, Enable, Delete."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.utils.translation import gettext as _

from counterfoil.audit import operations as audit_operations
from counterfoil.core import db, errors, sensitive
from counterfoil.core.actor import Actor
from counterfoil.methods import operations as method_operations, queries as method_queries, states
from counterfoil.methods.queries import PaymentMethod


def edit(*, actor: Actor, now: datetime, ref: str, nickname: str, is_default: bool) -> None:
    """Change the nickname, and whether it is the default method.

    :raises errors.Invalid: the nickname is empty or holds a number that must not be stored.
    :raises errors.NotFound: not this actor's method.
    """
    if not nickname.strip():
        raise errors.Invalid(_("Enter a nickname."), field="nickname")
    if sensitive.find(nickname) is not None:
        message = _("This looks like a card, account or Social Security number. Please leave it out.")
        raise errors.Invalid(message, field="nickname")

    def change(method: PaymentMethod, all_of_payer: list[PaymentMethod]) -> str:
        method_operations.rename(method=method, nickname=nickname.strip(), address_id=method.address_id)
        if is_default and method.status == states.ACTIVE:
            method_operations.choose_default(methods=all_of_payer, chosen_id=method.pk)
        elif not is_default and method.is_default:
            method_operations.choose_default(methods=all_of_payer, chosen_id=None)
        return "method.edited"

    _change(actor, now, ref, change)


def disable(*, actor: Actor, now: datetime, ref: str) -> None:
    """Make a method unavailable until it is enabled again.

    :raises errors.NotFound: not this actor's method.
    """
    _move(actor, now, ref, states.DISABLED)


def enable(*, actor: Actor, now: datetime, ref: str) -> None:
    """Make a disabled method available again; charges nothing that was missed.

    :raises errors.NotFound: not this actor's method.
    """
    _move(actor, now, ref, states.ACTIVE)


def delete(*, actor: Actor, now: datetime, ref: str) -> None:
    """Remove a method for good. Payments on their way finish; its row stays for their refunds.

    :raises errors.NotFound: not this actor's method.
    """
    _move(actor, now, ref, states.DELETED)


def _move(actor: Actor, now: datetime, ref: str, to: str) -> None:
    def change(method: PaymentMethod, _all: list[PaymentMethod]) -> str:
        return "" if method.status == to else method_operations.transition(method=method, to=to)

    _change(actor, now, ref, change)


def _change(
    actor: Actor, now: datetime, ref: str, change: Callable[[PaymentMethod, list[PaymentMethod]], str]
) -> None:
    seen = method_queries.get(actor=actor, public_id=ref)
    actor.demand_payer("save_methods", payer_id=seen.payer_id)

    def work() -> None:
        methods = method_queries.lock_all_of(payer_id=seen.payer_id)
        method = next(m for m in methods if m.pk == seen.id)
        if method.status == states.DELETED:
            raise errors.NotFound("method")
        event = change(method, methods)
        if event:
            audit_operations.record(
                actor=actor, biller_id=seen.biller_id, action=event, object_ref=ref, details={}, now=now
            )

    db.in_transaction(work)
