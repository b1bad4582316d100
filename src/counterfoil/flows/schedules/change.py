"""A scheduled payment gets another day, method or amount: reviewed and accepted anew, under a new authorization."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.translation import gettext as _

from counterfoil.agreements import operations as agreement_operations
from counterfoil.audit import operations as audit_operations
from counterfoil.core import db, errors
from counterfoil.core.actor import Actor
from counterfoil.flows.payments import facts as payment_facts, quote, schedule_notices
from counterfoil.flows.payments.orders import PayOrder
from counterfoil.flows.schedules import cancel, review, schedule_payment
from counterfoil.methods import queries as method_queries
from counterfoil.payers import permissions, queries as payer_queries
from counterfoil.schedules import operations as schedule_operations, queries as schedule_queries, states
from counterfoil.schedules.rows import ScheduledRow


def run(  # noqa: PLR0913 - what was reviewed, and by whom
    *,
    actor: Actor,
    now: datetime,
    ref: str,
    order: PayOrder,
    on: date,
    seen: str,
    assent: str = "Save Changes",
) -> None:
    """Change it to what was reviewed (`review.run` with `replaces`), and confirm by a notice. Twice changes once.

    :raises errors.Refused: it will not do, it changed since the review, or it is past its cut-off.
    :raises errors.NotFound: not this actor's, or for another account.
    """
    before = schedule_queries.get_scheduled(actor=actor, public_id=ref)
    actor.demand_payer(permissions.AUTOPAY, payer_id=before.payer_id)
    if (before.payer_id, before.account_id) != (order.payer_id, order.account_id):
        raise errors.NotFound("scheduled payment")
    if before.origin == states.PULL:
        raise errors.Stale(
            _("This payment is collected as you were told. Cancel it, and pay in another way.")
        )
    if before.origin == states.RETRY:
        raise errors.Stale(_("This payment is tried again as it was. Cancel it, and pay in another way."))
    db.in_transaction(lambda: _change(actor, now, before, order, on, seen, assent))


def _change(  # noqa: PLR0913, PLR0917 - the parts of one act
    actor: Actor, now: datetime, before: ScheduledRow, order: PayOrder, on: date, seen: str, assent: str
) -> None:
    payer_queries.lock_accounts(account_ids=[order.account_id])
    method_queries.lock_by_refs(refs=[order.method_ref])
    [row] = schedule_queries.lock_scheduled(scheduled_ids=[before.id])
    if row.request_hash == seen:
        return
    cancel.demand_in_time(actor=actor, now=now, row=row)
    facts = payment_facts.load(actor=actor, now=now, orders=[order])[0]
    made = review.make(actor=actor, facts=facts, order=order, on=on, now=now, replaces=before.public_id)
    if made.digest != seen:
        raise quote.stale(made.quote, seen)
    [row.authorization_id] = agreement_operations.create_many(
        actor=actor, now=now, drafts=[schedule_payment.authorization(made, assent)]
    )
    row.method_id, row.mode = made.quote.method.id, order.mode.value
    row.amounts = [[share.invoice_public_id, share.amount_minor] for share in made.quote.shares]
    row.amount_minor, row.run_on, row.cutoff_at = made.quote.amount_minor, made.run_on, made.cutoff_at
    row.request_hash, row.fee_minor = seen, made.quote.fee_minor
    # The payer saw amount and day just now: that is the notice.
    row.noticed_on, row.notice_days, row.notice_on = facts.today, 0, None
    schedule_operations.save_scheduled(rows=[row])
    audit_operations.record(
        actor=actor, biller_id=row.biller_id, action="schedule.changed", object_ref=row.public_id,
        details={"amount_minor": row.amount_minor, "fee_minor": row.fee_minor, "run_on": row.run_on.isoformat()},
        now=now,
    )  # fmt: skip
    schedule_notices.queue(now=now, key="scheduled_confirmed", scheduled_ids=[row.pk], once=seen[:24])
