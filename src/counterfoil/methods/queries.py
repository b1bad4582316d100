"""Reads of saved payment methods."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from counterfoil.core import db, errors, scope
from counterfoil.core.actor import Actor
from counterfoil.methods import brands, states
from counterfoil.methods.models import BillingAddress, PaymentMethod

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

    @property
    def issuer(self) -> str:
        """The bank's name or the card's brand."""
        return self.bank_name if self.kind == "bank" else brands.name(self.brand)

    @property
    def label(self) -> str:
        """Nickname, issuer and last four, as a receipt names the method."""
        return _label(self.nickname, self.issuer, self.last4)

    @property
    def can_pay(self) -> bool:
        """Tell whether it may be used now: active, validated where that is needed (NA-08), its gateway switched on."""
        return self.status == states.ACTIVE and self.validation != states.FAILED and self.is_connected


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
    "connection__is_active",
)  # fmt: skip


def list_for(
    *, actor: Actor, payer_ids: Collection[int] | None = None, only_usable: bool = False
) -> list[MethodRow]:
    """Return the saved methods the actor may see, the default first; deleted and one-time ones left out."""
    rows = PaymentMethod.objects.filter(
        scope.visible(actor=actor, staff_permission="see_accounts", payer_permission="see_invoices"),
        is_saved=True,
    ).exclude(status=states.DELETED)
    if payer_ids is not None:
        rows = rows.filter(payer_id__in=payer_ids)
    if only_usable:
        rows = rows.filter(status=states.ACTIVE, connection__is_active=True).exclude(validation=states.FAILED)
    return [MethodRow(*row) for row in rows.order_by("-is_default", "-id").values_list(*_COLUMNS)]


def get(*, actor: Actor, public_id: str) -> MethodRow:
    """Return one method the actor may see, deleted ones too.

    :raises NotFound: there is none.
    """
    row = (
        PaymentMethod.objects.filter(
            scope.visible(actor=actor, staff_permission="see_accounts", payer_permission="see_invoices"),
            public_id=public_id,
        )
        .values_list(*_COLUMNS)
        .first()
    )
    if row is None:
        raise errors.NotFound("method")
    return MethodRow(*row)


@dataclass(frozen=True, slots=True)
class TokenRow:
    """What the gateway knows a method by. For flows alone; no page shows it."""

    connection_id: int
    token: str


def list_by_refs(*, actor: Actor, refs: Collection[str]) -> list[MethodRow]:
    """Return the methods with these public ids that the actor may see, one-time ones too, deleted ones not."""
    rows = PaymentMethod.objects.filter(
        scope.visible(actor=actor, staff_permission="see_accounts", payer_permission="see_invoices"),
        public_id__in=refs,
    ).exclude(status=states.DELETED)
    return [MethodRow(*row) for row in rows.values_list(*_COLUMNS)]


def list_tokens(*, method_ids: Collection[int]) -> dict[int, TokenRow]:
    """Return the token and the connection of each method, for a payment that was born from it."""
    rows = PaymentMethod.objects.filter(pk__in=method_ids).values_list("pk", "connection_id", "token")
    return {pk: TokenRow(connection_id, token) for pk, connection_id, token in rows}


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
    return rows.values_list("public_id", flat=True).first()


def label_of(method: PaymentMethod) -> str:
    """Return nickname, issuer and last four of a method row, as a receipt names it."""
    return _label(
        method.nickname,
        method.bank_name if method.kind == "bank" else brands.name(method.brand),
        method.last4,
    )


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
