"""Reads of authorizations."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db.models import QuerySet

from counterfoil.agreements.models import Authorization
from counterfoil.core import errors, pages, scope
from counterfoil.core.actor import Actor
from counterfoil.core.pages import Cursor, Page

PAGE_SIZE: Final = 24


@dataclass(frozen=True, slots=True)
class AuthorizationRow:
    """What was accepted, as it was shown."""

    public_id: str
    text: str
    accepted_at: datetime
    accepted_by_name: str


def get(*, actor: Actor, authorization_id: int) -> AuthorizationRow:
    """Return one authorization that the actor may see.

    :raises NotFound: there is none.
    """
    row = (
        Authorization.objects.filter(
            scope.visible(actor=actor, staff_permission="see_payments", payer_permission="see_invoices"),
            pk=authorization_id,
        )
        .values_list("public_id", "text", "accepted_at", "accepted_by_name")
        .first()
    )
    if row is None:
        raise errors.NotFound("authorization")
    return AuthorizationRow(*row)


def list_standing(*, actor: Actor, method_refs: Collection[str]) -> dict[str, AuthorizationRow]:
    """Return the standing permissions that are in force, by the method they are for, as far as the actor may see."""
    rows = Authorization.objects.filter(
        scope.visible(actor=actor, staff_permission="see_accounts", payer_permission="see_invoices"),
        kind=Authorization.Kind.STANDING,
        method_ref__in=list(method_refs),
        revoked_at__isnull=True,
    )
    return {
        method_ref: AuthorizationRow(public_id, text, accepted_at, name)
        for method_ref, public_id, text, accepted_at, name in rows.values_list(
            "method_ref", "public_id", "text", "accepted_at", "accepted_by_name"
        )
    }


def has_standing(*, method_ref: str) -> bool:
    """Tell whether a locked method has a standing permission in force."""
    return Authorization.objects.filter(
        kind=Authorization.Kind.STANDING, method_ref=method_ref, revoked_at__isnull=True
    ).exists()


@dataclass(frozen=True, slots=True)
class Given:
    """For which method a permission was given, when, up to which amount, if any, and when it ended. For flows alone."""

    method_ref: str
    accepted_at: datetime
    amount_minor: int | None
    revoked_at: datetime | None


def list_given(*, authorization_ids: Collection[int]) -> dict[int, Given]:
    """Return what each of these permissions was given for, by its row id."""
    rows = Authorization.objects.filter(pk__in=authorization_ids)
    found = rows.values_list("pk", "method_ref", "accepted_at", "amount_minor", "revoked_at")
    return {pk: Given(ref, at, minor, ended_at) for pk, ref, at, minor, ended_at in found}


def map_standing(*, method_refs: Collection[str]) -> dict[str, int]:
    """Return the row id of the standing permission in force, by method. For flows alone."""
    rows = Authorization.objects.filter(
        kind=Authorization.Kind.STANDING, method_ref__in=list(method_refs), revoked_at__isnull=True
    )
    return dict(rows.values_list("method_ref", "pk"))


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """An authorization with all that proves it: the exact text, and who accepted it, when, where and how."""

    id: int
    public_id: str
    biller_id: int
    payer_id: int
    payer_name: str
    kind: str
    method_ref: str
    amount_minor: int | None
    currency: str
    debit_on: date | None
    text: str
    text_sha256: str
    template_version: str
    locale: str
    accepted_at: datetime
    accepted_by_name: str
    assent: str
    ip: str
    user_agent: str
    revoked_at: datetime | None

    @property
    def is_single(self) -> bool:
        """Tell whether it was for one payment alone."""
        return self.kind == Authorization.Kind.SINGLE


_EVIDENCE = (
    "id", "public_id", "biller_id", "payer_id", "payer__name", "kind", "method_ref", "amount_minor", "currency",
    "debit_on", "text", "text_sha256", "template_version", "locale", "accepted_at", "accepted_by_name", "assent", "ip",
    "user_agent", "revoked_at",
)  # fmt: skip


def _documented(actor: Actor) -> QuerySet[Authorization]:
    return Authorization.objects.filter(
        scope.visible(actor=actor, staff_permission="see_payments", payer_permission="documents")
    )


def list_evidence(
    *, actor: Actor, payer_ids: Collection[int], after: Cursor | None = None, limit: int = PAGE_SIZE
) -> Page[EvidenceRow]:
    """Return one page of what was authorized for these payers, as far as the actor may see it, newest first."""
    rows = pages.after(_documented(actor).filter(payer_id__in=payer_ids), column="accepted_at", cursor=after)
    found = [EvidenceRow(*row) for row in rows.values_list(*_EVIDENCE)[: limit + 1]]
    return pages.cut(found, limit=limit, cursor=lambda row: Cursor(row.accepted_at, row.id))


def count_evidence(*, actor: Actor, payer_ids: Collection[int], at_most: int) -> int:
    """Return how many there are; counting stops one past `at_most`."""
    return _documented(actor).filter(payer_id__in=payer_ids)[: at_most + 1].count()


def get_evidence(*, actor: Actor, public_id: str) -> EvidenceRow:
    """Return one authorization with its evidence.

    :raises NotFound: none that the actor may see.
    """
    row = _documented(actor).filter(public_id=public_id).values_list(*_EVIDENCE).first()
    if row is None:
        raise errors.NotFound("authorization")
    return EvidenceRow(*row)
