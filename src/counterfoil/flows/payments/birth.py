"""The first commit of every payment: the row, its authorization, its claims and its attempt, before any call."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeAlias

from django.db import IntegrityError
from django.utils.translation import gettext as _

from counterfoil.agreements import operations as agreement_operations
from counterfoil.audit import operations as audit_operations
from counterfoil.core import db, errors, jobs
from counterfoil.core.actor import Actor
from counterfoil.flows.payments import card_limits, facts as payment_facts, helping, quote, waiting_notices
from counterfoil.flows.payments.facts import Facts
from counterfoil.flows.payments.orders import PayOrder, Quote, Submission
from counterfoil.invoices import operations as invoice_operations, queries as invoice_queries
from counterfoil.invoices.drafts import NewPart
from counterfoil.invoices.queries import Invoice
from counterfoil.methods import queries as method_queries
from counterfoil.payers import queries as payer_queries
from counterfoil.payments import operations as payment_operations, queries as payment_queries, states
from counterfoil.payments.operations import NewEvent, NewPayment

LEASE = timedelta(seconds=60)
WAITS_FOR_JOB = timedelta(minutes=10)
KEY_ONCE = "payment_key_once"
PAID_ONLY = NewPart(is_live=False)
# What nobody chooses anew each time costs no convenience fee (FE-06), whoever asks for it.
RECURRING = frozenset({"autopay", "pull"})


@dataclass(frozen=True, slots=True)
class Born:
    """A payment of this submission. `is_new` is false when its key was known already: nothing is to be sent."""

    payment_id: int
    public_id: str
    is_new: bool


Birth: TypeAlias = Born | errors.Refused


def run(
    *,
    actor: Actor,
    now: datetime,
    submissions: Sequence[Submission],
    calls_now: bool,
    also: Callable[[Sequence[Birth]], None] | None = None,
) -> list[Birth]:
    """Bear up to two hundred payments in one commit; one that cannot be is refused and stops no other.

    With `calls_now` the caller holds the lease of each attempt and must send at once; without, a job will. What must
    be written in the same commit, such as whom a payment belongs to, `also` writes; it may lock what is finer.

    :raises errors.NotFound: something is not this actor's to pay.
    """
    pairs = [(s.order.account_id, s.order.payer_id) for s in submissions]
    if len(set(pairs)) != len(pairs):
        raise ValueError("one payment for one payer and account at a time")
    helping.demand_scope(actor=actor, scopes=[s.scope for s in submissions])

    def bear() -> list[Birth]:
        births = _bear(actor, now, submissions, calls_now=calls_now)
        if also is not None:
            also(births)
        return births

    try:
        return db.in_transaction(bear)
    except IntegrityError as error:
        if KEY_ONCE not in str(error):
            raise
        # Two clicks at once: the other one was first. Its row is committed now.
        return db.in_transaction(bear)


def _bear(actor: Actor, now: datetime, submissions: Sequence[Submission], *, calls_now: bool) -> list[Birth]:
    _lock(actor, now, [s.order for s in submissions])
    loaded = payment_facts.load(actor=actor, now=now, orders=[s.order for s in submissions])
    known_by_key = payment_queries.list_by_keys(
        keys=[_key(submission, known) for submission, known in zip(submissions, loaded, strict=True)]
    )
    births: list[Birth | None] = []
    fresh: list[tuple[int, Submission, Quote]] = []
    for index, (submission, known) in enumerate(zip(submissions, loaded, strict=True)):
        before = known_by_key.get(_key(submission, known))
        if before is not None:
            births.append(_known(submission, before))
            continue
        try:
            card_limits.check(actor=actor, now=now, facts=known)
            made = _agreed(quote.make(facts=known, order=_priced(submission)), submission)
        except errors.Refused as refusal:
            births.append(refusal)
            continue
        births.append(None)
        fresh.append((index, submission, made))
    born = _write(actor, now, [(s, q) for _, s, q in fresh], calls_now=calls_now)
    for (index, *_rest), payment in zip(fresh, born, strict=True):
        births[index] = payment
    return [birth for birth in births if birth is not None]


def _lock(actor: Actor, now: datetime, orders: Sequence[PayOrder]) -> None:
    """Lock coarse to fine: whatever claims an invoice or spends credit, or ends a helper's access, holds these rows."""
    payer_queries.lock_accounts(account_ids={order.account_id for order in orders})
    helped = helping.find(actor=actor, now=now)
    pairs = {helping.pair(helped, order) for order in orders}
    invoice_queries.lock(invoice_ids=invoice_queries.open_ids(pairs=pairs))
    method_queries.lock_by_refs(refs={order.method_ref for order in orders})


def _key(submission: Submission, known: Facts) -> tuple[int, str, str]:
    return known.biller.id, submission.scope, submission.key


def _known(submission: Submission, before: tuple[int, str, str]) -> Birth:
    payment_id, public_id, request_hash = before
    if request_hash != submission.seen:
        return errors.Stale(_("This form was changed in another tab. Please check the payment again."))
    return Born(payment_id, public_id, is_new=False)


def _priced(submission: Submission) -> PayOrder:
    order = submission.order
    return replace(order, most_fee_minor=0) if submission.origin in RECURRING else order


def _agreed(made: Quote, submission: Submission) -> Quote:
    """Charge what was reviewed and nothing else (FE-08; AX-05)."""
    if made.digest != submission.seen:
        raise quote.stale(made, submission.seen)
    return made


def _write(
    actor: Actor, now: datetime, agreed: Sequence[tuple[Submission, Quote]], *, calls_now: bool
) -> list[Born]:
    if not agreed:
        return []
    drafts = [_draft(s, q, a) for (s, q), a in zip(agreed, _permissions(actor, now, agreed), strict=True)]
    ids = payment_operations.create_many(actor=actor, drafts=drafts, now=now)
    # NA-08: what waits for its bank account to be confirmed is not sent, so it has no attempt (`waiting`).
    ready = [d for d in drafts if d.status == states.SUBMITTING]
    waiting_ids = [ids[d.public_id] for d in drafts if d.status == states.AWAITING_VALIDATION]
    payment_operations.open_attempts(
        payments=[(d.biller_id, ids[d.public_id], d.public_id) for d in ready],
        started_at=now if calls_now else None,
        deadline=now + (LEASE if calls_now else WAITS_FOR_JOB),
    )
    _claim_invoices(agreed, now)
    payment_operations.record_events(
        actor=actor,
        now=now,
        events=[NewEvent(d.biller_id, ids[d.public_id], "payment.submitted") for d in drafts],
    )
    payment_operations.drop_claims(actor=actor, account_ids=[d.account_id for d in drafts])
    if not calls_now:
        # In this commit: a payment without its job would only wait to be given up.
        jobs.defer_many("call_gateway", [{"payment_id": ids[d.public_id]} for d in ready])
    waiting_notices.queue(payment_ids=waiting_ids, day=0, now=now)
    audit_operations.record_many(
        [
            audit_operations.NewEvent(
                actor, d.biller_id, "payment.submitted", d.public_id, {"amount_minor": d.amount_minor}, now
            )
            for d in drafts
        ]
    )
    return [Born(ids[d.public_id], d.public_id, is_new=True) for d in drafts]


def _permissions(actor: Actor, now: datetime, agreed: Sequence[tuple[Submission, Quote]]) -> list[int]:
    """Return the permission behind each payment: the one stored before, or the one accepted now."""
    new = [(s, q) for s, q in agreed if s.authorization_id is None]
    made = iter(
        agreement_operations.create_many(actor=actor, now=now, drafts=[_authorization(s, q) for s, q in new])
    )
    return [next(made) if s.authorization_id is None else s.authorization_id for s, _ in agreed]


def _authorization(submission: Submission, made: Quote) -> agreement_operations.NewAuthorization:
    # NA-01: a consumer's account authorized on the web is WEB, a business account CCD.
    is_bank = made.method.kind == "bank"
    sec_code = ("CCD" if made.method.holder_kind == "business" else "WEB") if is_bank else ""
    return agreement_operations.NewAuthorization(
        biller_id=made.biller_id,
        payer_id=made.order.payer_id,
        kind="single",
        method_ref=made.method.public_id,
        sec_code=sec_code,
        amount_minor=made.total_minor,
        currency=made.currency,
        debit_on=made.effective_on,
        text=made.text,
        assent=submission.assent,
    )


def _draft(submission: Submission, made: Quote, authorization_id: int) -> NewPayment:
    return NewPayment(
        biller_id=made.biller_id,
        account_id=made.order.account_id,
        payer_id=made.order.payer_id,
        method_id=made.method.id,
        authorization_id=authorization_id,
        scope=submission.scope,
        key=submission.key,
        request_hash=submission.seen,
        origin=submission.origin,
        status=states.AWAITING_VALIDATION if made.method.is_pending else states.SUBMITTING,
        amount_minor=made.amount_minor,
        fee_minor=made.fee_minor,
        currency=made.currency,
        method_kind=made.method.kind,
        method_label=made.method.label,
        method_last4=made.method.last4,
        submitted_on=made.submitted_on,
        effective_on=made.effective_on,
        paid_on=made.paid_on,
        returnable_until=made.returnable_until,
        shares=tuple((share.invoice_id, share.amount_minor) for share in made.shares),
        retry_of_id=submission.retry_of_id,
    )


def _claim_invoices(agreed: Sequence[tuple[Submission, Quote]], now: datetime) -> None:
    claims: Counter[tuple[int, int]] = Counter()
    helped: Counter[tuple[int, int]] = Counter()
    for submission, made in agreed:
        for share in made.shares:
            claims[share.invoice_id, submission.order.payer_id] += share.amount_minor
            if submission.origin == helping.ORIGIN:
                helped[share.invoice_id, submission.order.payer_id] += share.amount_minor
    invoices = invoice_queries.locked(invoice_ids={invoice_id for invoice_id, _payer in claims})
    by_id, on = {invoice.pk: invoice for invoice in invoices}, agreed[0][1].submitted_on
    for (invoice_id, _payer), minor in claims.items():
        invoice_operations.change_balances(invoice=by_id[invoice_id], on=on, pending_minor=minor)
    invoice_operations.save_balances(invoices=invoices)
    _claim_parts(by_id, claims, helped, now)


def _claim_parts(
    invoices: dict[int, Invoice],
    claims: Counter[tuple[int, int]],
    helped: Counter[tuple[int, int]],
    now: datetime,
) -> None:
    """Note what is paid by others than the addressee: sharers on their part, helpers on a part of nothing."""
    others = {pair: minor for pair, minor in claims.items() if invoices[pair[0]].payer_id != pair[1]}
    if not others:
        return
    parts = invoice_queries.parts_of(invoices=list(invoices.values()))
    for (invoice_id, payer_id), minor in others.items():
        part = parts.get((invoice_id, payer_id))
        if part is None:
            part = invoice_operations.take_part(
                invoice=invoices[invoice_id], part=None, payer_id=payer_id, new=PAID_ONLY, now=now
            )
            parts[invoice_id, payer_id] = part
        invoice_operations.change_part(
            part=part, pending_minor=minor, helped_minor=helped[invoice_id, payer_id]
        )
    invoice_operations.save_parts(parts=[parts[pair] for pair in others])
