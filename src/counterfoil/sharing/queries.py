"""Reads of shares and helpers: both sides see theirs, staff those of their billers."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet

from counterfoil.core import db, errors
from counterfoil.core.actor import Actor, ActorKind
from counterfoil.sharing import states
from counterfoil.sharing.models import Helper, Share

MOST_LISTED = 200


@dataclass(frozen=True, slots=True)
class ShareRow:
    """One share. Either `percent_bp` (hundredths of a percent of each bill) or `amount_minor`."""

    id: int
    public_id: str
    biller_id: int
    account_id: int
    for_whom: str
    invoice_id: int | None
    invoice_ref: str | None
    invoice_number: str | None
    due_on: date | None
    payer_id: int
    payer_name: str
    sharer_id: int
    name: str
    email: str
    percent_bp: int
    amount_minor: int
    currency: str
    sees_lines: bool
    note: str
    status: str
    offered_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None

    @property
    def is_standing(self) -> bool:
        """Tell whether it is offered or accepted."""
        return self.status in states.STANDING


@dataclass(frozen=True, slots=True)
class HelperRow:
    """One access to see or pay for a payer. Amounts in minor units; None where the helper only sees."""

    id: int
    public_id: str
    biller_id: int
    account_id: int
    account_ref: str
    for_whom: str
    payer_id: int
    payer_name: str
    helper_id: int
    name: str
    email: str
    method_id: int | None
    method_ref: str | None
    may_pay: bool
    limit_minor: int | None
    total_minor: int | None
    currency: str
    sees_lines: bool
    until_on: date
    ends_at: datetime
    status: str
    given_at: datetime
    ended_at: datetime | None

    def is_active(self, now: datetime) -> bool:
        """Tell whether it serves at `now`: not ended, and its time is not over."""
        return self.status == states.ACTIVE and now < self.ends_at


_SHARE = (
    "id", "public_id", "biller_id", "account_id", "account__holder_name", "invoice_id", "invoice__public_id",
    "invoice__number", "invoice__due_on", "payer_id", "payer__name", "sharer_id", "name", "email", "percent_bp",
    "amount_minor", "currency", "sees_lines", "note", "status", "offered_at", "answered_at", "ended_at",
)  # fmt: skip
_HELPER = (
    "id", "public_id", "biller_id", "account_id", "account__public_id", "account__holder_name", "payer_id",
    "payer__name", "helper_id", "name", "email", "method_id", "method__public_id", "may_pay", "limit_minor",
    "total_minor", "currency", "sees_lines", "until_on", "ends_at", "status", "given_at", "ended_at",
)  # fmt: skip


def _mine(actor: Actor, *, other: str) -> Q:
    """Return the filter for both sides: who gives, by the user profile, and who was asked."""
    if actor.is_system:
        return Q()
    if actor.kind == ActorKind.STAFF:
        return Q(biller_id__in=actor.staff_biller_ids("see_accounts"))
    return Q(payer_id__in=actor.payer_ids("share")) | Q(**{f"{other}_id__in": actor.payer_ids()})


def _shares(actor: Actor) -> QuerySet[Share]:
    return Share.objects.filter(_mine(actor, other="sharer"))


def _helpers(actor: Actor) -> QuerySet[Helper]:
    return Helper.objects.filter(_mine(actor, other="helper"))


def list_shares(*, actor: Actor, invoice_id: int | None = None) -> list[ShareRow]:
    """Return the shares the actor gave or was asked for, the newest first; of one invoice where that is named."""
    found = _shares(actor)
    if invoice_id is not None:
        found = found.filter(invoice_id=invoice_id)
    return [ShareRow(*row) for row in found.order_by("-pk").values_list(*_SHARE)[:MOST_LISTED]]


def get_share(*, actor: Actor, public_id: str) -> ShareRow:
    """Return one share.

    :raises errors.NotFound: none among those the actor may see.
    """
    row = _shares(actor).filter(public_id=public_id).values_list(*_SHARE).first()
    if row is None:
        raise errors.NotFound("share")
    return ShareRow(*row)


def list_standing(*, pairs: Collection[tuple[int, int]]) -> dict[tuple[int, int], list[ShareRow]]:
    """Return the accepted shares of every bill, by the `(account id, payer id)` whose bills they are; one query."""
    rows = Share.objects.filter(
        invoice__isnull=True,
        status=states.ACCEPTED,
        account_id__in={account for account, _ in pairs},
        payer_id__in={payer for _, payer in pairs},
    )
    found: dict[tuple[int, int], list[ShareRow]] = {}
    for row in (ShareRow(*each) for each in rows.order_by("pk").values_list(*_SHARE)):
        found.setdefault((row.account_id, row.payer_id), []).append(row)
    return found


def has_standing(*, pairs: Collection[tuple[int, int]]) -> bool:
    """Tell whether anybody shares every bill of one of these `(account id, payer id)`; mostly nobody does."""
    found = db.select(
        "SELECT account_id, payer_id FROM sharing_share WHERE invoice_id IS NULL AND status = %s"
        " AND account_id = ANY(%s) AND payer_id = ANY(%s)",
        [states.ACCEPTED, [account for account, _ in pairs], [payer for _, payer in pairs]],
    )
    return bool(found)


def list_offered(*, biller_id: int, before: datetime) -> dict[int, list[ShareRow]]:
    """Return the shares of a biller's invoices that nobody has answered since `before`, by invoice; one query."""
    rows = Share.objects.filter(
        biller_id=biller_id, invoice__isnull=False, status=states.OFFERED, offered_at__lt=before
    )
    found: dict[int, list[ShareRow]] = {}
    for row in (ShareRow(*each) for each in rows.order_by("pk").values_list(*_SHARE)):
        found.setdefault(row.invoice_id or 0, []).append(row)
    return found


def has_standing_share(*, invoice_id: int | None, account_id: int, payer_id: int, sharer_id: int) -> bool:
    """Tell whether this person was asked already for this invoice, or for every bill of the account."""
    bill = Q(invoice__isnull=True) if invoice_id is None else Q(invoice_id=invoice_id)
    found = Share.objects.filter(
        bill,
        account_id=account_id,
        payer_id=payer_id,
        sharer_id=sharer_id,
        status__in=states.STANDING,
    )
    return found.exists()


def count_with(*, actor: Actor) -> tuple[int, int]:
    """Return how many shares wait for the actor's answer, and how many bills or helps others gave in all. One query."""
    mine = actor.payer_ids()
    shared = Share.objects.filter(sharer_id__in=mine, status__in=states.STANDING).values_list("status")
    helped = Helper.objects.filter(helper_id__in=mine, status=states.ACTIVE).values_list("status")
    found = [status for (status,) in shared.union(helped, all=True)]
    return found.count(states.OFFERED), len(found)


def list_holders(*, payer_id: int) -> list[str]:
    """Return for whom the bills are that this payer was asked to share or to help with."""
    shared = Share.objects.filter(sharer_id=payer_id, status__in=states.STANDING)
    helped = Helper.objects.filter(helper_id=payer_id, status=states.ACTIVE)
    names = shared.values_list("account__holder_name").union(helped.values_list("account__holder_name"))
    return sorted(name for (name,) in names)


def find_person(*, payer_id: int, email: str) -> int | None:
    """Return the payer whom this payer asked at this address before, to share or to help; None for nobody."""
    shared = (
        Share.objects.filter(payer_id=payer_id, email=email)
        .order_by("-pk")
        .values_list("sharer_id", flat=True)
    )
    helped = (
        Helper.objects.filter(payer_id=payer_id, email=email)
        .order_by("-pk")
        .values_list("helper_id", flat=True)
    )
    return shared.first() or helped.first()


def lock_share(*, share_id: int) -> Share:
    """Return a share fresh; the account it belongs to is locked, and every change of a share holds it."""
    db.demand_transaction()
    return Share.objects.get(pk=share_id)


def list_helpers(*, actor: Actor) -> list[HelperRow]:
    """Return the accesses the actor gave or has, the newest first."""
    found = _helpers(actor).order_by("-pk").values_list(*_HELPER)
    return [HelperRow(*row) for row in found[:MOST_LISTED]]


def get_helper(*, actor: Actor, public_id: str) -> HelperRow:
    """Return one access.

    :raises errors.NotFound: none among those the actor may see.
    """
    row = _helpers(actor).filter(public_id=public_id).values_list(*_HELPER).first()
    if row is None:
        raise errors.NotFound("helper")
    return HelperRow(*row)


def list_helpers_by_refs(*, actor: Actor, refs: Collection[str]) -> dict[str, HelperRow]:
    """Return the accesses with these public ids that the actor may see; no query for none."""
    if not refs:
        return {}
    rows = _helpers(actor).filter(public_id__in=refs).values_list(*_HELPER)
    return {row.public_id: row for row in (HelperRow(*each) for each in rows)}


def has_active_helper(*, account_id: int, payer_id: int, helper_id: int) -> bool:
    """Tell whether this person has access already that was not ended."""
    found = Helper.objects.filter(account_id=account_id, payer_id=payer_id, helper_id=helper_id)
    return found.filter(status=states.ACTIVE).exists()


def lock_helper(*, helper_id: int) -> Helper:
    """Return an access fresh; the account it belongs to is locked, and every change and every use of it holds it."""
    db.demand_transaction()
    return Helper.objects.get(pk=helper_id)


def list_lapsed(*, now: datetime, biller_id: int | None = None, limit: int = 500) -> list[str]:
    """Return the public ids of accesses whose day is over and that were not ended yet, the oldest first."""
    rows = Helper.objects.filter(status=states.ACTIVE, ends_at__lte=now)
    if biller_id is not None:
        rows = rows.filter(biller_id=biller_id)
    return list(rows.order_by("pk").values_list("public_id", flat=True)[:limit])
