"""The **Options** menu of a saved method: Edit, Disable, Enable, Delete."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from counterfoil.audit import operations as audit_operations
from counterfoil.billers import queries as biller_queries
from counterfoil.billers.queries import BillerRow
from counterfoil.core import db, errors, jobs
from counterfoil.core.actor import WORKER, Actor
from counterfoil.flows.methods import checks, permit
from counterfoil.flows.notices import methods as method_notices
from counterfoil.flows.payments import withdraw_collections
from counterfoil.methods import operations as method_operations, queries as method_queries, states
from counterfoil.methods.drafts import NewAddress
from counterfoil.methods.queries import MethodRow, PaymentMethod
from counterfoil.payers import queries as payer_queries
from counterfoil.payers.rows import PayerRow
from counterfoil.schedules import queries as schedule_queries, states as schedule_states


@dataclass(frozen=True, slots=True)
class Edited:
    """What a method is to be. `account_ids`: the accounts it is for, all of its payer's where there are none.

    Without an address, neither a saved nor a new one, the present one stays.
    """

    nickname: str
    is_default: bool
    account_ids: tuple[int, ...] = ()
    address_id: int | None = None
    new_address: NewAddress | None = None


@dataclass(frozen=True, slots=True)
class _Act:
    """One change of one method: who does it when, to what, and whose it is."""

    actor: Actor
    now: datetime
    row: MethodRow
    payer: PayerRow
    biller: BillerRow

    def audit(self, event: str) -> None:
        """Record it in the flow's transaction."""
        audit_operations.record(
            actor=self.actor,
            biller_id=self.row.biller_id,
            action=event,
            object_ref=self.row.public_id,
            details={},
            now=self.now,
        )

    def tell(self, key: str, **data: object) -> None:
        """Queue a notice of it."""
        method_notices.queue(
            now=self.now,
            key=key,
            payer=self.payer,
            biller=self.biller,
            ref=self.row.public_id,
            data={"at": self.now.isoformat(), **data},
        )


def edit(*, actor: Actor, now: datetime, ref: str, edited: Edited) -> None:
    """Change nickname, default, billing address and the accounts it is for.

    :raises errors.Invalid: the nickname is empty or holds a number that must not be stored, the address or an account
        is not the payer's, or something uses the method for an account that it would no longer be for.
    :raises errors.NotFound: not this actor's method.
    """
    if not edited.nickname.strip():
        raise errors.Invalid(_("Enter a nickname."), field="nickname")
    checks.refuse_numbers(nickname=edited.nickname, address=edited.new_address)
    act = _act(actor, now, ref)
    checks.refuse_accounts(actor=actor, payer_id=act.row.payer_id, account_ids=edited.account_ids)

    def work(method: PaymentMethod, all_of_payer: list[PaymentMethod]) -> None:
        _refuse_used(act, edited.account_ids)
        address_id = checks.address(
            actor=actor, now=now, payer=act.payer, address_id=edited.address_id, new=edited.new_address
        )
        method_operations.edit(
            method=method, nickname=edited.nickname.strip(), address_id=address_id or method.address_id
        )
        method_operations.name_accounts(method=method, account_ids=edited.account_ids)
        if edited.account_ids:
            _stop_collecting(act, method, but_for=edited.account_ids)
        if edited.is_default and method.status == states.ACTIVE:
            method_operations.choose_default(methods=all_of_payer, chosen_id=method.pk)
        elif not edited.is_default and method.is_default:
            method_operations.choose_default(methods=all_of_payer, chosen_id=None)
        act.audit("method.edited")
        moved = method.address_id != act.row.address_id
        if moved or set(edited.account_ids) != set(act.row.account_ids):
            label = method_queries.label_of(method)
            act.tell("method_changed", what="edited", before=act.row.label, method_label=label)

    _change(act, work)


def disable(*, actor: Actor, now: datetime, ref: str) -> None:
    """Make a method unavailable until it is enabled again; what uses it waits or was given another (`put_away`).

    :raises errors.NotFound: not this actor's method.
    """
    _move(_act(actor, now, ref), states.DISABLED)


def enable(*, actor: Actor, now: datetime, ref: str) -> None:
    """Make a disabled method available again; charges nothing that was missed.

    :raises errors.NotFound: not this actor's method.
    """
    _move(_act(actor, now, ref), states.ACTIVE)


def delete(*, actor: Actor, now: datetime, ref: str) -> None:
    """Remove a method for good. Payments on their way finish; its row stays for their refunds.

    The permission to collect ends with it, and its token is forgotten at the gateway once nothing pending needs it.

    :raises errors.NotFound: not this actor's method.
    :raises errors.Refused: autopay or a schedule uses it; its code is `in_use`.
    """
    _move(_act(actor, now, ref), states.DELETED)


def _move(act: _Act, to: str) -> None:
    def work(method: PaymentMethod, _all: list[PaymentMethod]) -> None:
        if method.status == to:
            return
        if to == states.DELETED:
            _delete(act, method)
        if to == states.DISABLED:
            _stop_collecting(act, method)
        act.audit(method_operations.transition(method=method, to=to))

    _change(act, work)


def _delete(act: _Act, method: PaymentMethod) -> None:
    ref = act.row.public_id
    if schedule_queries.list_uses(actor=act.actor, method_refs=[ref]).get(ref):
        raise errors.Refused(_("Autopay or a scheduled payment uses this method."), code="in_use")
    permit.end(actor=act.actor, now=act.now, method=method, payer=act.payer, biller=act.biller)
    method_operations.retire_token(actor=act.actor, method=method, now=act.now)
    jobs.defer("forget_tokens", queueing_lock="forget_tokens", timestamp=int(act.now.timestamp()))
    if method.is_saved:
        act.tell("method_deleted", method_label=method_queries.label_of(method))


def _stop_collecting(act: _Act, method: PaymentMethod, but_for: tuple[int, ...] = ()) -> None:
    """Cancel what was to be collected from a method that is put away, or is for other accounts now."""
    links = payer_queries.list_payer_accounts(actor=WORKER, payer_ids=[method.payer_id])
    withdraw_collections.run(
        actor=act.actor,
        now=act.now,
        reason=withdraw_collections.METHOD,
        method_ids=[method.pk],
        account_ids={link.account.id for link in links} - set(but_for) if but_for else None,
    )


def _refuse_used(act: _Act, account_ids: tuple[int, ...]) -> None:
    """A method tied to named accounts is never pulled for another one: what uses it there needs another first."""
    if not account_ids:
        return
    ref, payer_ids = act.row.public_id, [act.row.payer_id]
    enrolled = [
        (row.account_id, row.for_whom)
        for row in schedule_queries.list_enrollments(actor=act.actor, payer_ids=payer_ids)
        if row.method_ref == ref and row.status in schedule_states.LIVING
    ]
    waiting = [
        (row.account_id, row.for_whom)
        for row in schedule_queries.list_scheduled(actor=act.actor, payer_ids=payer_ids)
        if row.method_ref == ref and row.origin != schedule_states.PULL
    ]
    for account_id, for_whom in (*enrolled, *waiting):
        if account_id not in account_ids:
            words = {"whom": for_whom or _("all your accounts")}
            message = _(
                "Autopay or a scheduled payment for %(whom)s uses this method. Choose another one there first."
            )
            raise errors.Invalid(message % words, field="accounts", code="in_use")


def _act(actor: Actor, now: datetime, ref: str) -> _Act:
    row = method_queries.get(actor=actor, public_id=ref)
    actor.demand_payer("save_methods", payer_id=row.payer_id)
    payer = payer_queries.list_payers_by_ids(actor=actor, payer_ids=[row.payer_id])[0]
    return _Act(actor, now, row, payer, biller_queries.get(biller_id=row.biller_id))


def _change(act: _Act, work: Callable[[PaymentMethod, list[PaymentMethod]], None]) -> None:
    def change() -> None:
        methods = method_queries.lock_all_of(payer_id=act.row.payer_id)
        method = next(m for m in methods if m.pk == act.row.id)
        if method.status == states.DELETED:
            raise errors.NotFound("method")
        work(method, methods)

    db.in_transaction(change)
