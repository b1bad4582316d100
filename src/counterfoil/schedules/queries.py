"""Reads of what is set for later: scheduled payments and autopay, and what flows need under lock."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from django.db import connection
from django.db.models import F, Q, QuerySet

from counterfoil.core import db, errors, scope
from counterfoil.core.actor import Actor
from counterfoil.invoices import states as invoice_states
from counterfoil.methods import queries as method_queries
from counterfoil.payers.states import Standing
from counterfoil.payments import states as payment_states
from counterfoil.schedules import states
from counterfoil.schedules.models import Enrollment, Scheduled
from counterfoil.schedules.rows import EnrollmentRow, ScheduledRow, ScheduledSum, Use, pairs

MOST_LISTED = 500
# Canceled so that autopay can plan it again: by a pause, by other terms, for want of a method.
ANEW = ("paused", "changed", "method")


def list_enrollments(
    *, actor: Actor, payer_ids: Collection[int], only_living: bool = True
) -> list[EnrollmentRow]:
    """Return the autopay of these payers that the actor may see, the oldest first; ended ones left out."""
    found = _enrollments(actor).filter(payer_id__in=payer_ids)
    if only_living:
        found = found.filter(status__in=states.LIVING)
    return [_enrollment(row) for row in found.order_by("id")[:MOST_LISTED]]


def get_enrollment(*, actor: Actor, public_id: str) -> EnrollmentRow:
    """Return one autopay the actor may see.

    :raises NotFound: there is none.
    """
    row = _enrollments(actor).filter(public_id=public_id).first()
    if row is None:
        raise errors.NotFound("autopay")
    return _enrollment(row)


def list_scheduled(
    *, actor: Actor, payer_ids: Collection[int], only_open: bool = True, account_id: int | None = None
) -> list[ScheduledRow]:
    """Return the scheduled payments of these payers that the actor may see: open ones by day, others latest first."""
    found = _scheduled(actor).filter(payer_id__in=payer_ids)
    if account_id is not None:
        found = found.filter(account_id=account_id)
    if only_open:
        found = found.filter(status__in=states.OPEN).order_by("run_on", "id")
    else:
        found = found.order_by("-run_on", "-id")
    return [_row(row) for row in found[:MOST_LISTED]]


def get_scheduled(*, actor: Actor, public_id: str) -> ScheduledRow:
    """Return one scheduled payment the actor may see.

    :raises NotFound: there is none.
    """
    row = _scheduled(actor).filter(public_id=public_id).first()
    if row is None:
        raise errors.NotFound("scheduled payment")
    return _row(row)


def find_by_payment(*, actor: Actor, payment_id: int) -> ScheduledRow | None:
    """Return what a payment was scheduled as, or None."""
    row = _scheduled(actor).filter(payment_id=payment_id).first()
    return None if row is None else _row(row)


def list_for_invoices(*, actor: Actor, invoice_refs: Collection[str]) -> dict[str, list[ScheduledRow]]:
    """Return the open scheduled payments that are for each of these invoices, by invoice public id; one query."""
    wanted = set(invoice_refs)
    matches = Q(pk__in=())
    for ref in wanted:
        matches |= Q(amounts__contains=[[ref]])
    found: dict[str, list[ScheduledRow]] = {}
    for row in _scheduled(actor).filter(matches, status__in=states.OPEN).order_by("run_on", "id"):
        shown = _row(row)
        for ref, _amount in shown.amounts:
            if ref in wanted:
                found.setdefault(ref, []).append(shown)
    return found


def sum_scheduled(
    *, actor: Actor, payer_ids: Collection[int]
) -> dict[tuple[int, int], tuple[ScheduledSum, ...]]:
    """Return what is set for later for each `(account id, payer id)`, by day; one query (product.md 7)."""
    rows = (
        _scheduled(actor)
        .filter(payer_id__in=payer_ids, status__in=states.OPEN)
        .order_by("run_on", "id")
        .values_list("account_id", "payer_id", "amount_minor", "run_on", "public_id", "origin", "amounts")
    )
    found: dict[tuple[int, int], tuple[ScheduledSum, ...]] = {}
    for account_id, payer_id, amount, run_on, ref, origin, amounts in rows:
        pair = (account_id, payer_id)
        named = ScheduledSum(amount, run_on, ref, origin, pairs(amounts))
        found[pair] = (*found.get(pair, ()), named)
    return found


def list_autopay(*, actor: Actor, account_ids: Collection[int]) -> tuple[ScheduledSum, ...]:
    """Return what autopay and collections have set on these accounts, to who may see their invoices; one query."""
    seen = scope.visible(actor=actor, staff_permission="see_invoices", payer_permission="see_invoices")
    rows = Scheduled.objects.filter(
        seen, account_id__in=account_ids, status__in=states.OPEN, origin__in=states.ANNOUNCED
    ).order_by("run_on", "id")
    found = rows.values_list("amount_minor", "run_on", "public_id", "origin", "amounts")
    return tuple(
        ScheduledSum(minor, on, ref, origin, pairs(parts)) for minor, on, ref, origin, parts in found
    )


def list_moved_ids(*, actor: Actor, today: date) -> list[int]:
    """Return the open invoices past due of which autopay or a collection takes something from today on; one query."""
    seen, ids = scope.condition(
        actor=actor,
        staff_permission="see_invoices",
        payer_permission="see_invoices",
        by_payer="scheduled.payer_id = ANY(%s)",
        by_biller="scheduled.biller_id = ANY(%s)",
    )
    found = db.select(
        "SELECT DISTINCT invoice.id FROM schedules_scheduled scheduled"  # noqa: S608 - our own names
        " CROSS JOIN LATERAL jsonb_array_elements(scheduled.amounts) AS part"
        " JOIN invoices_invoice invoice ON invoice.public_id = part->>0"
        f" WHERE {seen} AND scheduled.origin = ANY(%s) AND scheduled.status = ANY(%s) AND scheduled.run_on >= %s"
        " AND invoice.status = %s AND invoice.due_on < %s",
        [*ids, list(states.ANNOUNCED), list(states.OPEN), today, invoice_states.OPEN, today],
    )
    return [invoice_id for (invoice_id,) in found]


def list_uses(*, actor: Actor, method_refs: Collection[str]) -> dict[str, tuple[Use, ...]]:
    """Return what uses each of these methods: living autopay, then open scheduled payments by day.

    A collection is no such use: it goes with the permission for its method, and never to another one.
    """
    found: dict[str, tuple[Use, ...]] = {}
    living = _enrollments(actor).filter(method__public_id__in=method_refs, status__in=states.LIVING)
    for row in living.order_by("id"):
        for_whom = row.account.holder_name if row.account else ""
        use = Use("autopay", row.public_id, for_whom, row.amount_minor, None)
        found[row.method.public_id] = (*found.get(row.method.public_id, ()), use)
    waiting = _scheduled(actor).filter(method__public_id__in=method_refs, status__in=states.OPEN)
    waiting = waiting.exclude(origin=states.PULL)
    for each in waiting.order_by("run_on", "id"):
        use = Use(
            "scheduled",
            each.public_id,
            each.account.holder_name,
            each.amount_minor + each.fee_minor,
            each.run_on,
        )
        found[each.method.public_id] = (*found.get(each.method.public_id, ()), use)
    return found


def has_autopay(*, pairs_: Collection[tuple[int, int]]) -> bool:
    """Tell whether autopay may want to plan for any of these `(account id, payer id)`."""
    return Enrollment.objects.filter(
        Q(account_id__in={account for account, _ in pairs_}) | Q(account_id__isnull=True),
        payer_id__in={payer for _, payer in pairs_},
        status=states.ACTIVE,
    ).exists()


# -- For flows, which lock ------------------------------------------------------------------------------------------


def find_by_key(*, biller_id: int, key: str) -> tuple[str, str] | None:
    """Return `(public id, request hash)` of what was scheduled under this key, or None."""
    rows = Scheduled.objects.filter(biller_id=biller_id, key=key)
    return rows.values_list("public_id", "request_hash").first()


def lock_scheduled(*, scheduled_ids: Collection[int]) -> list[Scheduled]:
    """Lock these scheduled payments for the length of the transaction."""
    return db.lock_rows(Scheduled.objects.all(), kind="scheduled", ids=scheduled_ids)


def lock_enrollments(*, enrollment_ids: Collection[int]) -> list[Enrollment]:
    """Lock these enrollments for the length of the transaction."""
    return db.lock_rows(Enrollment.objects.all(), kind="enrollment", ids=enrollment_ids)


def open_ids(
    *,
    enrollment_ids: Collection[int] = (),
    method_ids: Collection[int] = (),
    payer_ids: Collection[int] = (),
    begun: bool = False,
) -> list[int]:
    """Return the ids of scheduled payments not yet begun: of these enrollments, methods or payers; to lock them.

    With `begun` those too that a worker has claimed, and that are not born yet.
    """
    rows = Scheduled.objects.filter(
        Q(enrollment_id__in=enrollment_ids) | Q(method_id__in=method_ids) | Q(payer_id__in=payer_ids),
        status__in=states.OPEN if begun else (states.SCHEDULED,),
    )
    return list(rows.order_by("pk").values_list("pk", flat=True))


def has_running(*, method_id: int) -> bool:
    """Tell whether a worker is at a payment from this method right now, or died over one a moment ago."""
    return Scheduled.objects.filter(method_id=method_id, status=states.RUNNING).exists()


def living_ids(*, method_ids: Collection[int]) -> list[int]:
    """Return the ids of living enrollments that use these methods, to lock them."""
    rows = Enrollment.objects.filter(method_id__in=method_ids, status__in=states.LIVING)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def claim_due(*, biller_id: int, today: date, stale_before: datetime, limit: int) -> list[Scheduled]:
    """Lock what is due and nobody else is at: rows another worker holds are passed over (SKIP LOCKED).

    A row whose runner did not come back is due again after its lease.
    """
    db.demand_transaction()
    rows = Scheduled.objects.filter(
        Q(status=states.SCHEDULED) | Q(status=states.RUNNING, claimed_at__lt=stale_before),
        biller_id=biller_id,
        run_on__lte=today,
    )
    found = rows.order_by("run_on", "pk").select_for_update(skip_locked=True, of=("self",), no_key=True)
    return list(found[:limit])


def biller_ids_due(*, latest: date, stale_before: datetime) -> list[int]:
    """Return the billers that may have something due on `latest`, the furthest day on earth."""
    rows = Scheduled.objects.filter(
        Q(status=states.SCHEDULED) | Q(status=states.RUNNING, claimed_at__lt=stale_before), run_on__lte=latest
    )
    return list(rows.order_by("biller_id").values_list("biller_id", flat=True).distinct())


def list_rows_by_ids(*, scheduled_ids: Collection[int]) -> list[ScheduledRow]:
    """Return these scheduled payments as rows, for flows that locked them."""
    return [_row(row) for row in _joined(Scheduled.objects.filter(pk__in=scheduled_ids)).order_by("pk")]


def list_enrollment_rows_by_ids(*, enrollment_ids: Collection[int]) -> list[EnrollmentRow]:
    """Return these enrollments as rows, for flows that locked them."""
    found = Enrollment.objects.filter(pk__in=enrollment_ids)
    return [_enrollment(row) for row in _joined_enrollments(found).order_by("pk")]


def list_planning(
    *, biller_id: int, after_id: int, limit: int, payer_ids: Collection[int] | None = None
) -> list[EnrollmentRow]:
    """Return active enrollments of a biller that have an e-mail address to tell, in pieces by id."""
    found = Enrollment.objects.filter(biller_id=biller_id, status=states.ACTIVE, pk__gt=after_id)
    if payer_ids is not None:
        found = found.filter(payer_id__in=payer_ids)
    return [_enrollment(row) for row in _joined_enrollments(found).order_by("pk")[:limit]]


def biller_ids_planning() -> list[int]:
    """Return the billers that have active autopay."""
    rows = Enrollment.objects.filter(status=states.ACTIVE).order_by("biller_id")
    return list(rows.values_list("biller_id", flat=True).distinct())


def list_living_pairs(*, payer_ids: Collection[int]) -> set[tuple[int, int | None]]:
    """Return `(payer id, account id or None)` of living enrollments of these payers."""
    rows = Enrollment.objects.filter(payer_id__in=payer_ids, status__in=states.LIVING)
    return set(rows.values_list("payer_id", "account_id"))


def list_living_rows(*, payer_ids: Collection[int]) -> list[EnrollmentRow]:
    """Return the living enrollments of these payers, however many there are; one query."""
    found = Enrollment.objects.filter(payer_id__in=payer_ids, status__in=states.LIVING)
    return [_enrollment(row) for row in _joined_enrollments(found).order_by("pk")]


def list_of_pairs(*, pairs_: Collection[tuple[int, int]]) -> list[Scheduled]:
    """Return the open scheduled payments of these `(account id, payer id)`, by day."""
    rows = Scheduled.objects.filter(
        account_id__in={account for account, _ in pairs_},
        payer_id__in={payer for _, payer in pairs_},
        status__in=states.OPEN,
    )
    return list(rows.order_by("run_on", "pk"))


def planned_refs(
    *, enrollment_ids: Collection[int], refs: Collection[str], anew: bool = False
) -> set[tuple[int, str, date]]:
    """Return `(enrollment, invoice public id, day)` of what these enrollments ever planned for these invoices.

    What was withdrawn to be planned anew is left out, and what failed under a permission that has been replaced. With
    `anew` as if each had a new permission and what waits were withdrawn.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.enrollment_id, part->>0, s.first_on FROM schedules_scheduled s"
            " JOIN schedules_enrollment e ON e.id = s.enrollment_id"
            " LEFT JOIN payments_payment p ON p.id = s.payment_id,"
            " jsonb_array_elements(s.amounts) AS part"
            " WHERE s.enrollment_id = ANY(%s) AND part->>0 = ANY(%s) AND s.first_on IS NOT NULL AND s.origin = %s"
            " AND NOT (s.status = %s AND s.reason = ANY(%s))"
            " AND NOT (coalesce(p.status, '') = ANY(%s) AND (%s OR s.authorization_id < e.authorization_id))"
            " AND NOT (%s AND s.status = %s)",
            [
                list(enrollment_ids), list(refs), states.AUTOPAY, states.CANCELED, list(ANEW),
                list(payment_states.FINISHED), anew, anew, states.SCHEDULED,
            ],
        )  # fmt: skip
        return set(cursor.fetchall())


def biller_ids_telling() -> list[int]:
    """Return the billers that have notices of autopay still to send."""
    rows = Scheduled.objects.filter(status=states.SCHEDULED, noticed_on__isnull=True, notice_on__isnull=False)
    return list(rows.order_by("biller_id").values_list("biller_id", flat=True).distinct())


def last_amounts(*, enrollment_ids: Collection[int]) -> dict[tuple[int, int], int]:
    """Return the amount that each `(enrollment, account)` took last."""
    rows = (
        Scheduled.objects.filter(
            enrollment_id__in=enrollment_ids, origin=states.AUTOPAY, status=states.SUBMITTED
        )
        .order_by("enrollment_id", "account_id", "-run_on", "-pk")
        .distinct("enrollment_id", "account_id")
    )
    found = rows.values_list("enrollment_id", "account_id", F("payment__amount_minor"))
    return {(enrollment, account): amount for enrollment, account, amount in found}


def notice_due_ids(*, biller_id: int, today: date, limit: int) -> list[int]:
    """Return scheduled payments whose notice is to go out by today and has not, and can.

    Their payer has an address, and their account is not on hold. Of the others nobody was told, so
    `flows.schedules.due` holds them.
    """
    rows = Scheduled.objects.filter(
        biller_id=biller_id, status=states.SCHEDULED, noticed_on__isnull=True, notice_on__lte=today
    ).exclude(Q(payer__email="") | Q(account__standing=Standing.ON_HOLD))
    return list(rows.order_by("pk").values_list("pk", flat=True)[:limit])


def ids_by_payments(*, payment_ids: Collection[int]) -> dict[int, int]:
    """Return the id of what each payment was scheduled as, by payment id."""
    return dict(Scheduled.objects.filter(payment_id__in=payment_ids).values_list("payment_id", "pk"))


def enrollment_ids_of(*, scheduled_ids: Collection[int]) -> list[int]:
    """Return the enrollments behind these scheduled payments."""
    rows = Scheduled.objects.filter(pk__in=scheduled_ids, enrollment_id__isnull=False)
    return sorted(set(rows.values_list("enrollment_id", flat=True)))


def is_superseded(*, scheduled: Scheduled, enrollment: Enrollment | None) -> bool:
    """Tell whether autopay got a new permission after the one this payment is taken under; ids only ever rise.

    A payment that its payer changed has a permission of its own, and a later one.
    """
    return enrollment is not None and scheduled.authorization_id < enrollment.authorization_id


# -- Rows -----------------------------------------------------------------------------------------------------------


def _scheduled(actor: Actor) -> QuerySet[Scheduled]:
    visible = scope.visible(actor=actor, staff_permission="see_payments", payer_permission="see_invoices")
    return _joined(Scheduled.objects.filter(visible))


def _joined(found: QuerySet[Scheduled]) -> QuerySet[Scheduled]:
    return found.select_related("biller", "account", "payer", "method", "enrollment", "payment")


def _enrollments(actor: Actor) -> QuerySet[Enrollment]:
    visible = scope.visible(actor=actor, staff_permission="see_payments", payer_permission="see_invoices")
    return _joined_enrollments(Enrollment.objects.filter(visible))


def _joined_enrollments(found: QuerySet[Enrollment]) -> QuerySet[Enrollment]:
    return found.select_related("biller", "account", "payer", "method")


def _row(found: Scheduled) -> ScheduledRow:
    return ScheduledRow(
        id=found.pk,
        public_id=found.public_id,
        biller_id=found.biller_id,
        biller_name=found.biller.name,
        account_id=found.account_id,
        account_ref=found.account.public_id,
        account_number=found.account.number,
        for_whom=found.account.holder_name,
        payer_id=found.payer_id,
        payer_name=found.payer.name,
        method_id=found.method_id,
        method_ref=found.method.public_id,
        method_kind=found.method.kind,
        method_label=method_queries.label_of(found.method),
        method_status=found.method.status,
        authorization_id=found.authorization_id,
        enrollment_ref=found.enrollment.public_id if found.enrollment else "",
        enrollment_status=found.enrollment.status if found.enrollment else "",
        is_superseded=is_superseded(scheduled=found, enrollment=found.enrollment),
        payment_ref=found.payment.public_id if found.payment else "",
        origin=found.origin,
        tries=found.tries,
        retry_of_id=found.retry_of_id,
        mode=found.mode,
        amounts=pairs(found.amounts),
        amount_minor=found.amount_minor,
        fee_minor=found.fee_minor,
        currency=found.currency,
        first_on=found.first_on,
        run_on=found.run_on,
        cutoff_at=found.cutoff_at,
        notice_on=found.notice_on,
        noticed_on=found.noticed_on,
        notice_days=found.notice_days,
        status=found.status,
        reason=found.reason,
        created_at=found.created_at,
        created_by_name=found.created_by_name,
    )


def _enrollment(found: Enrollment) -> EnrollmentRow:
    return EnrollmentRow(
        id=found.pk,
        public_id=found.public_id,
        biller_id=found.biller_id,
        biller_name=found.biller.name,
        payer_id=found.payer_id,
        payer_name=found.payer.name,
        account_id=found.account_id,
        account_number=found.account.number if found.account else "",
        for_whom=found.account.holder_name if found.account else "",
        method_id=found.method_id,
        method_ref=found.method.public_id,
        method_kind=found.method.kind,
        method_label=method_queries.label_of(found.method),
        method_status=found.method.status,
        authorization_id=found.authorization_id,
        rule=found.rule,
        amount_minor=found.amount_minor,
        currency=found.currency,
        day_rule=found.day_rule,
        day=found.day,
        tell_rule=found.tell_rule,
        tell_above_minor=found.tell_above_minor,
        tell_change_minor=found.tell_change_minor,
        status=found.status,
        pause_reason=found.pause_reason,
        failures=found.failures,
        skip_next=found.skip_next,
        started_at=found.started_at,
        started_by_name=found.started_by_name,
        ended_at=found.ended_at,
        end_number=found.end_number,
    )
