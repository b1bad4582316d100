"""Reads of saved payment methods."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, Max, OuterRef, Q

from counterfoil.core import db, errors, scope
from counterfoil.core.actor import Actor
from counterfoil.methods import brands, expiry, states
from counterfoil.methods.models import BillingAddress, PastDetails, PaymentMethod

LONGEST_LABEL = 120


@dataclass(frozen=True, slots=True)
class MethodRow:
    """A saved method as people see it: never its token."""

    id: int
    public_id: str
    biller_id: int
    payer_id: int
    kind: str
    status: str
    validation: str
    nickname: str
    brand: str
    bank_name: str
    last4: str
    exp_month: int | None
    exp_year: int | None
    bank_account_kind: str
    holder_kind: str
    funding: str
    is_default: bool
    biller_name: str
    payer_name: str
    is_connected: bool
    address_id: int | None
    account_ids: tuple[int, ...]

    @property
    def issuer(self) -> str:
        """The bank's name, the card's brand, or the wallet's name."""
        return _issuer(self.kind, self.brand, self.bank_name)

    @property
    def label(self) -> str:
        """Nickname, issuer and last four, as a receipt names the method."""
        return _label(self.nickname, self.issuer, self.last4)

    @property
    def can_pay(self) -> bool:
        """Tell whether it may be used now: active, validated where that is needed (NA-08), its gateway switched on."""
        return self.status == states.ACTIVE and self.validation != states.FAILED and self.is_connected

    @property
    def is_pending(self) -> bool:
        """Tell whether two small amounts are still to be typed in before anything is taken from it (NA-08)."""
        return self.validation == states.PENDING

    def is_for(self, *, account_id: int | None) -> bool:
        """Tell whether it may pay for this billing account, or for all of its payer's where none is named."""
        return not self.account_ids or account_id in self.account_ids

    def is_expired(self, *, on: date) -> bool:
        """Tell whether it is a card whose last month is over on this day."""
        return expiry.is_over(month=self.exp_month, year=self.exp_year, on=on)


@dataclass(frozen=True, slots=True)
class AddressRow:
    """A billing address that a payer saved."""

    id: int
    line1: str
    line2: str
    city: str
    state: str
    postal_code: str


_COLUMNS = (
    "id", "public_id", "biller_id", "payer_id", "kind", "status", "validation", "nickname", "brand", "bank_name",
    "last4", "exp_month", "exp_year", "bank_account_kind",
    "holder_kind", "funding", "is_default", "biller__name", "payer__name",
    "connection__is_active", "address_id",
)  # fmt: skip


_SELECT = f"""
    SELECT {db.columns(_COLUMNS, of="method")}, ARRAY(
        SELECT account_id FROM methods_methodaccount WHERE method_id = method.id ORDER BY account_id
    )
    FROM methods_paymentmethod method
    JOIN billers_biller biller ON biller.id = method.biller_id
    JOIN payers_payer payer ON payer.id = method.payer_id
    JOIN billers_gatewayconnection connection ON connection.id = method.connection_id
"""  # noqa: S608 - our own names


def _rows(where: str, *values: Any, actor: Actor | None, order: str = "method.id") -> list[MethodRow]:
    """Return the methods that are meant, of those the actor may see; for flows alone, by None, of all.

    One query: the accounts come along as a list of their own.
    """
    seen, ids = ("true", list[Any]()) if actor is None else _seen(actor)
    found = db.select(f"{_SELECT} WHERE {seen} AND {where} ORDER BY {order}", [*ids, *values])
    rows: list[tuple[Any, ...]] = [(*row[:-1], tuple(row[-1])) for row in found]
    return [MethodRow(*row) for row in rows]


def _seen(actor: Actor) -> tuple[str, list[Any]]:
    return scope.condition(
        actor=actor,
        staff_permission="see_accounts",
        payer_permission="see_invoices",
        by_payer="method.payer_id = ANY(%s)",
        by_biller="method.biller_id = ANY(%s)",
    )


def list_for(
    *,
    actor: Actor,
    payer_ids: Collection[int] | None = None,
    only_usable: bool = False,
    account_id: int | None = None,
) -> list[MethodRow]:
    """Return the saved methods the actor may see, the default first; deleted and one-time ones left out.

    With `account_id` only those that may pay for that billing account.
    """
    where, values = ["method.is_saved", "method.status <> %s"], list[Any]([states.DELETED])
    if payer_ids is not None:
        where.append("method.payer_id = ANY(%s)")
        values.append(list(payer_ids))
    if only_usable:
        where.append("method.status = %s AND connection.is_active AND method.validation <> %s")
        values += [states.ACTIVE, states.FAILED]
    found = _rows(" AND ".join(where), *values, actor=actor, order="method.is_default DESC, method.id DESC")
    return found if account_id is None else [row for row in found if row.is_for(account_id=account_id)]


def get(*, actor: Actor, public_id: str) -> MethodRow:
    """Return one method the actor may see, deleted ones too.

    :raises NotFound: there is none.
    """
    found = _rows("method.public_id = %s", public_id, actor=actor)
    if not found:
        raise errors.NotFound("method")
    return found[0]


@dataclass(frozen=True, slots=True)
class TokenRow:
    """What the gateway knows a method by. For flows alone; no page shows it."""

    connection_id: int
    token: str


def list_by_refs(*, actor: Actor, refs: Collection[str]) -> list[MethodRow]:
    """Return the methods with these public ids that the actor may see, one-time ones too, deleted ones not."""
    where = "method.public_id = ANY(%s) AND method.status <> %s"
    return _rows(where, list(refs), states.DELETED, actor=actor)


def list_tokens(*, method_ids: Collection[int]) -> dict[int, TokenRow]:
    """Return the token and the connection of each method, for a payment that was born from it."""
    rows = PaymentMethod.objects.filter(pk__in=method_ids).values_list("pk", "connection_id", "token")
    return {pk: TokenRow(connection_id, token) for pk, connection_id, token in rows}


@dataclass(frozen=True, slots=True)
class StandingRow:
    """How a method stands, whoever looks. For flows alone."""

    id: int
    status: str
    validation: str


def list_states(*, method_ids: Collection[int]) -> list[StandingRow]:
    """Return how these methods stand now, deleted ones too."""
    rows = PaymentMethod.objects.filter(pk__in=method_ids).order_by("pk")
    return [StandingRow(*row) for row in rows.values_list("pk", "status", "validation")]


def gateway_key_of(*, ref: str) -> str:
    """Return the key of the gateway that holds a method; empty where there is no such method."""
    row = (
        PaymentMethod.objects.filter(public_id=ref).values_list("connection__gateway_key", flat=True).first()
    )
    return row or ""


def lock_by_refs(*, refs: Collection[str]) -> list[PaymentMethod]:
    """Lock the methods with these public ids, so that none is disabled while a payment is born from it."""
    return lock(
        method_ids=list(PaymentMethod.objects.filter(public_id__in=refs).values_list("pk", flat=True))
    )


def find_by_token(*, actor: Actor, connection_id: int, token: str) -> str | None:
    """Return the public id of the actor's own method with this token, or None."""
    rows = PaymentMethod.objects.filter(
        scope.visible(actor=actor, staff_permission="see_accounts", payer_permission="see_invoices"),
        connection_id=connection_id,
        token=token,
    )
    return rows.exclude(status=states.DELETED).values_list("public_id", flat=True).first()


def label_of(method: PaymentMethod) -> str:
    """Return nickname, issuer and last four of a method row, as a receipt names it."""
    return _label(
        method.nickname,
        _issuer(method.kind, method.brand, method.bank_name),
        method.last4,
    )


def _issuer(kind: str, brand: str, bank_name: str) -> str:
    if kind == "bank":
        return bank_name
    return brands.WALLET if kind == "wallet" else brands.name(brand)


def _label(nickname: str, issuer: str, last4: str) -> str:
    # A payment keeps the label it was made with; a bank's long name gives way, never the last four.
    room = max(0, LONGEST_LABEL - len(f"{nickname} ( {last4})"))
    return f"{nickname} ({' '.join(part for part in (issuer[:room].strip(), last4) if part)})"


def list_addresses(*, actor: Actor, payer_id: int) -> list[AddressRow]:
    """Return the billing addresses saved for one payer, the newest first."""
    rows = BillingAddress.objects.filter(
        scope.visible(actor=actor, staff_permission="see_accounts", payer_permission="save_methods"),
        payer_id=payer_id,
    )
    columns = ("id", "line1", "line2", "city", "state", "postal_code")
    return [AddressRow(*row) for row in rows.order_by("-id").values_list(*columns)[:50]]


def lock(*, method_ids: Collection[int]) -> list[PaymentMethod]:
    """Lock these methods for the length of the transaction."""
    return db.lock_rows(PaymentMethod.objects.all(), kind="method", ids=method_ids)


def lock_all_of(*, payer_id: int) -> list[PaymentMethod]:
    """Lock every method of one payer, so that one default stays one."""
    found = PaymentMethod.objects.filter(payer_id=payer_id).values_list("pk", flat=True)
    return lock(method_ids=list(found))


def lock_all_at(*, connection_id: int) -> list[PaymentMethod]:
    """Lock every method that one gateway connection holds, so that no payment is born from any of them."""
    found = PaymentMethod.objects.filter(connection_id=connection_id).values_list("pk", flat=True)
    return lock(method_ids=list(found))


def list_by_token(*, gateway_key: str, token: str) -> list[MethodRow]:
    """Return every method that a gateway knows by this token, one-time ones too. For flows alone."""
    where = "connection.gateway_key = %s AND method.token = %s AND method.status <> %s"
    return _rows(where, gateway_key, token, states.DELETED, actor=None)


def find_once(*, actor: Actor, payer_id: int, connection_id: int, kind: str) -> str | None:
    """Return the public id of a method of this kind that a payer uses without saving it, or None."""
    rows = PaymentMethod.objects.filter(
        scope.visible(actor=actor, staff_permission="see_accounts", payer_permission="see_invoices"),
        payer_id=payer_id,
        connection_id=connection_id,
        kind=kind,
        is_saved=False,
        status=states.ACTIVE,
    ).exclude(validation=states.FAILED)
    return rows.order_by("pk").values_list("public_id", flat=True).first()


def list_once_ids(*, before: datetime, after_id: int, limit: int) -> list[int]:
    """Return methods for one time alone that were made before an instant, in pieces by id; deleted ones not."""
    rows = PaymentMethod.objects.filter(is_saved=False, added_at__lt=before, pk__gt=after_id)
    return list(rows.exclude(status=states.DELETED).order_by("pk").values_list("pk", flat=True)[:limit])


def lock_by_token(*, gateway_key: str, token: str) -> list[PaymentMethod]:
    """Lock every method that a gateway knows by this token: two billers at one merchant may share it."""
    found = PaymentMethod.objects.filter(connection__gateway_key=gateway_key, token=token)
    return lock(method_ids=list(found.exclude(status=states.DELETED).values_list("pk", flat=True)))


def list_expiring(*, biller_id: int, on: date, until: date) -> list[MethodRow]:
    """Return the saved cards in use at a biller whose last day lies between two days, both counted."""
    rows = _rows(
        "(method.exp_year, method.exp_month) BETWEEN (%s, %s) AND (%s, %s) AND method.biller_id = %s"
        " AND method.kind = 'card' AND method.status = %s AND method.is_saved",
        *(on.year, on.month, until.year, until.month, biller_id, states.ACTIVE),
        actor=None,
    )
    return [
        row
        for row in rows
        if row.exp_month
        and row.exp_year
        and on <= expiry.last_day(month=row.exp_month, year=row.exp_year) <= until
    ]


@dataclass(frozen=True, slots=True)
class TokenToForget:
    """A token that nothing should know any longer: neither we nor its gateway."""

    id: int
    method_id: int
    payer_id: int
    connection_id: int
    token: str


def list_to_forget(*, after_id: int, limit: int) -> list[TokenToForget]:
    """Return tokens of replaced numbers and deleted methods that their gateways still keep, the oldest first.

    One that another method shares stays: it is still in use.
    """
    shared = PaymentMethod.objects.filter(
        token=OuterRef("token"), connection__gateway_key=OuterRef("connection__gateway_key")
    ).exclude(status=states.DELETED)
    rows = PastDetails.objects.filter(is_to_forget=True, forgotten_at__isnull=True, pk__gt=after_id)
    found = rows.exclude(Exists(shared)).order_by("pk")
    return [
        TokenToForget(*row)
        for row in found.values_list("pk", "method_id", "method__payer_id", "connection_id", "token")[:limit]
    ]


def list_past(*, actor: Actor, method_id: int) -> list[tuple[str, str, datetime]]:
    """Return `(cause, last four, until when)` of what a method was before, the newest first."""
    rows = PastDetails.objects.filter(
        scope.visible(
            actor=actor,
            staff_permission="see_accounts",
            payer_permission="see_invoices",
            payer_field="method__payer_id",
        ),
        method_id=method_id,
    )
    return list(rows.order_by("-pk").values_list("cause", "last4", "ended_at"))


def list_replaced_at(*, method_ids: Collection[int]) -> dict[int, datetime]:
    """Return when the number of each of these methods was last replaced by its owner; others are left out."""
    rows = PastDetails.objects.filter(method_id__in=method_ids, cause=PastDetails.Cause.REPLACED)
    found = rows.order_by("method_id").values_list("method_id").annotate(Max("ended_at"))
    return dict(found)


def count_cards_given(*, payer_id: int, login_ref: str, since: datetime) -> int:
    """Return how many cards were given for this payer or by this login since then: added, or as a new number."""
    by_whom = Q(payer_id=payer_id) | Q(added_by_ref=login_ref)
    added = PaymentMethod.objects.filter(by_whom, kind="card", is_saved=True, added_at__gt=since).count()
    anew = PastDetails.objects.filter(
        Q(method__payer_id=payer_id) | Q(ended_by_ref=login_ref),
        method__kind="card",
        cause=PastDetails.Cause.REPLACED,
        ended_at__gt=since,
    )
    return added + anew.count()


def count_distinct_cards(*, payer_id: int, since: datetime) -> int:
    """Return how many different cards were given for this payer since then, the one-time ones too."""
    rows = PaymentMethod.objects.filter(payer_id=payer_id, kind="card", added_at__gt=since)
    return rows.values("fingerprint").distinct().count()


def labels_of(*, actor: Actor, public_ids: Collection[str]) -> dict[str, str]:
    """Return what these methods are called, deleted and one-time ones too, as far as the actor may see them."""
    rows = _rows("method.public_id = ANY(%s)", list(public_ids), actor=actor)
    return {row.public_id: row.label for row in rows}
