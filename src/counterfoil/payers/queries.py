"""Reads of billing accounts, payers, and who pays for what.

Staff see those of their billers, payers those they act for.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from django.db.models import Q, QuerySet

from counterfoil.core import db, errors, pages, scope
from counterfoil.core.actor import Actor
from counterfoil.core.pages import Cursor, Page
from counterfoil.identity import permissions as staff_permissions
from counterfoil.payers import search_queries
from counterfoil.payers.models import AccountPayer, BillingAccount, Payer
from counterfoil.payers.rows import ACCOUNT_COLUMNS, PAYER_COLUMNS, AccountRow, LinkRow, PayerRow

# Rows are asked for under this module's name.
__all__ = ["AccountRow", "LinkRow", "PayerRow"]

PAGE: Final = 50


def read_cursor(text: str) -> Cursor | None:
    """Return the cursor that a list's address names; None for none, or for nonsense."""
    return pages.read_cursor(text, of=str)


def get_account(*, actor: Actor, public_id: str) -> AccountRow:
    """Return a billing account.

    :raises errors.NotFound: none among those the actor may see.
    """
    found = (
        search_queries.accounts(actor=actor).filter(public_id=public_id).values_list(*ACCOUNT_COLUMNS).first()
    )
    if found is None:
        raise errors.NotFound(public_id)
    return AccountRow(*found)


def find_account(*, actor: Actor, biller_id: int, number: str) -> AccountRow | None:
    """Return the billing account with this number at a biller."""
    found = (
        search_queries.accounts(actor=actor)
        .filter(biller_id=biller_id, number=number)
        .values_list(*ACCOUNT_COLUMNS)
        .first()
    )
    return None if found is None else AccountRow(*found)


def list_accounts(
    *, actor: Actor, biller_id: int, search: str = "", after: Cursor | None = None, limit: int = PAGE
) -> Page[AccountRow]:
    """Return a biller's accounts by name, a page at a time; `search` is part of the name or begins the number."""
    found = pages.after(
        _searched_accounts(actor, biller_id, search), column="sort_name", cursor=after, rises=True
    )
    rows = [AccountRow(*row) for row in found.values_list(*ACCOUNT_COLUMNS)[: limit + 1]]
    return pages.cut(rows, limit=limit, cursor=lambda row: Cursor(row.sort_name, row.id))


def count_accounts(*, actor: Actor, biller_id: int, search: str = "") -> int:
    """Return how many accounts such a list has."""
    return _searched_accounts(actor, biller_id, search).count()


def list_accounts_by_ids(*, actor: Actor, account_ids: Collection[int]) -> list[AccountRow]:
    """Return those of these accounts that the actor may see. One query."""
    seen, ids = scope.condition(
        actor=actor,
        staff_permission=staff_permissions.SEE_ACCOUNTS,
        payer_permission=scope.ANY,
        by_payer="id IN (SELECT account_id FROM payers_accountpayer WHERE payer_id = ANY(%s))",
    )
    found = db.select(
        f"SELECT {db.columns(ACCOUNT_COLUMNS, of='account')} FROM payers_billingaccount account"  # noqa: S608 - our own names
        f" WHERE {seen} AND id = ANY(%s) ORDER BY id",
        [*ids, list(account_ids)],
    )
    return [AccountRow(*row) for row in found]


def get_payer(*, actor: Actor, public_id: str) -> PayerRow:
    """Return a payer.

    :raises errors.NotFound: none among those the actor may see.
    """
    found = _payers(actor).filter(public_id=public_id).values_list(*PAYER_COLUMNS).first()
    if found is None:
        raise errors.NotFound(public_id)
    return PayerRow(*found)


def list_payers(
    *, actor: Actor, biller_id: int, search: str = "", after: Cursor | None = None, limit: int = PAGE
) -> Page[PayerRow]:
    """Return a biller's payers by name, a page at a time; `search` is part of the name or begins the e-mail."""
    found = pages.after(
        _searched_payers(actor, biller_id, search), column="sort_name", cursor=after, rises=True
    )
    rows = [PayerRow(*row) for row in found.values_list(*PAYER_COLUMNS)[: limit + 1]]
    return pages.cut(rows, limit=limit, cursor=lambda row: Cursor(row.sort_name, row.id))


def count_payers(*, actor: Actor, biller_id: int, search: str = "") -> int:
    """Return how many payers such a list has."""
    return _searched_payers(actor, biller_id, search).count()


def list_payers_by_ids(*, actor: Actor, payer_ids: Collection[int]) -> list[PayerRow]:
    """Return those of these payers that the actor may see. One query."""
    seen, ids = scope.condition(
        actor=actor,
        staff_permission=staff_permissions.SEE_ACCOUNTS,
        payer_permission=scope.ANY,
        by_payer="id = ANY(%s)",
    )
    found = db.select(
        f"SELECT {db.columns(PAYER_COLUMNS, of='payer')} FROM payers_payer payer"  # noqa: S608 - our own names
        f" WHERE {seen} AND id = ANY(%s) ORDER BY id",
        [*ids, list(payer_ids)],
    )
    return [PayerRow(*row) for row in found]


def list_my_payers(*, actor: Actor, permission: str | None = None) -> list[PayerRow]:
    """Return the payers this actor acts for in the portal, oldest first."""
    found = Payer.objects.filter(pk__in=actor.payer_ids(permission)).order_by("pk")
    return [PayerRow(*row) for row in found.values_list(*PAYER_COLUMNS)]


def list_account_payers(*, actor: Actor, account_id: int) -> list[LinkRow]:
    """Return who pays for an account, the default first."""
    return _links(actor, AccountPayer.objects.filter(account_id=account_id))


def list_payers_of_accounts(*, actor: Actor, account_ids: Collection[int]) -> list[LinkRow]:
    """Return who pays for each of these accounts, account by account, the default first. One query."""
    return _links(actor, AccountPayer.objects.filter(account_id__in=list(account_ids)))


def list_payer_accounts(*, actor: Actor, payer_ids: Sequence[int]) -> list[LinkRow]:
    """Return the accounts that these payers pay for."""
    return _links(actor, AccountPayer.objects.filter(payer_id__in=payer_ids))


def has_link(*, account_id: int, payer_id: int) -> bool:
    """Tell whether this payer pays for this account."""
    return AccountPayer.objects.filter(account_id=account_id, payer_id=payer_id).exists()


def map_account_numbers(*, actor: Actor, biller_id: int, numbers: Collection[str]) -> dict[str, int]:
    """Return the ids of a biller's accounts by number. One query for as many as an import has."""
    found = search_queries.accounts(actor=actor).filter(biller_id=biller_id, number__in=list(numbers))
    return dict(found.values_list("number", "id"))


def map_default_payers(*, actor: Actor, biller_id: int, account_ids: Collection[int]) -> dict[int, int]:
    """Return the id of each account's default payer. One query for as many as an import has."""
    _demand_staff_sight(actor, biller_id)
    found = AccountPayer.objects.filter(
        biller_id=biller_id, account_id__in=list(account_ids), is_default=True
    )
    return dict(found.values_list("account_id", "payer_id"))


def list_collected(*, biller_id: int, after_id: int, limit: int) -> list[PayerRow]:
    """Return the payers from whom their biller collects, in pieces by id. For flows alone."""
    rows = Payer.objects.filter(
        biller_id=biller_id, who_pays="biller_collects", collection_day__isnull=False, pk__gt=after_id
    )
    return [PayerRow(*row) for row in rows.order_by("pk").values_list(*PAYER_COLUMNS)[:limit]]


def lock_accounts(*, account_ids: Collection[int]) -> list[BillingAccount]:
    """Lock billing accounts, ascending, first of all kinds.

    :raises db.LockOrder: a finer kind is locked already.
    """
    return db.lock_rows(BillingAccount.objects.all(), kind="account", ids=account_ids)


def _searched_payers(actor: Actor, biller_id: int, search: str) -> QuerySet[Payer]:
    """Return a biller's payers as a queryset, for this noun's own lists."""
    found = _payers(actor).filter(biller_id=biller_id)
    return found.filter(search_queries.of_payer(search)) if search.strip() else found


def _searched_accounts(actor: Actor, biller_id: int, search: str) -> QuerySet[BillingAccount]:
    found = search_queries.accounts(actor=actor).filter(biller_id=biller_id)
    return found.filter(search_queries.of_account(search)) if search.strip() else found


def _payers(actor: Actor) -> QuerySet[Payer]:
    return Payer.objects.filter(_mine(actor, payer_field="pk"))


def _mine(actor: Actor, *, payer_field: str) -> Q:
    return scope.visible(
        actor=actor,
        staff_permission=staff_permissions.SEE_ACCOUNTS,
        payer_permission=scope.ANY,
        payer_field=payer_field,
    )


def _demand_staff_sight(actor: Actor, biller_id: int) -> None:
    actor.demand_staff(staff_permissions.SEE_ACCOUNTS, biller_id=biller_id)


def _links(actor: Actor, found: QuerySet[AccountPayer]) -> list[LinkRow]:
    if not actor.is_system:
        found = found.filter(_mine(actor, payer_field="payer_id"))
    columns = (
        *(f"account__{column}" for column in ACCOUNT_COLUMNS),
        *(f"payer__{column}" for column in PAYER_COLUMNS),
        "relation",
        "is_default",
    )
    cut = len(ACCOUNT_COLUMNS)
    return [
        LinkRow(AccountRow(*row[:cut]), PayerRow(*row[cut:-2]), relation=row[-2], is_default=row[-1])
        for row in found.order_by("account_id", "-is_default", "pk").values_list(*columns)
    ]
