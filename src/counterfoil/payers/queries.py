"""Reads of billing accounts and payers. Staff see those of their billers, payers those they act for."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final, TypeVar

from django.db.models import Model, Q, QuerySet

from counterfoil.core import db, errors, tokens
from counterfoil.core.actor import Actor, ActorKind, PayerGrant
from counterfoil.identity import permissions as staff_permissions
from counterfoil.payers import names, rows
from counterfoil.payers.models import (
    AccountPayer,
    BillingAccount,
    Invitation,
    Payer,
    PortalAccess,
    UserProfile,
)
from counterfoil.payers.rows import (
    AccessRow,
    AccountRow,
    InvitationRow,
    LinkRow,
    Page,
    PayerAccess,
    PayerRow,
    ProfileRow,
)

# Rows are asked for under this module's name.
__all__ = [
    "AccessRow",
    "AccountRow",
    "InvitationRow",
    "LinkRow",
    "Page",
    "PayerAccess",
    "PayerRow",
    "ProfileRow",
]

M = TypeVar("M", bound=Model)
PAGE: Final = 50


def list_grants(*, login_id: int) -> tuple[PayerGrant, ...]:
    """Return for whom a login acts, with what its user profile allows. One query."""
    found = PortalAccess.objects.filter(login_id=login_id, ended_at=None).order_by("payer_id")
    return tuple(
        PayerGrant(
            payer_id=payer_id, biller_id=biller_id, permissions=frozenset(allowed), has_parts=has_parts
        )
        for payer_id, biller_id, allowed, has_parts in found.values_list(
            "payer_id", "biller_id", "profile__permissions", "payer__has_parts"
        )
    )


def get_account(*, actor: Actor, public_id: str) -> AccountRow:
    """Return a billing account.

    :raises errors.NotFound: none among those the actor may see.
    """
    found = _accounts(actor).filter(public_id=public_id).first()
    if found is None:
        raise errors.NotFound(public_id)
    return _account(found)


def find_account(*, actor: Actor, biller_id: int, number: str) -> AccountRow | None:
    """Return the billing account with this number at a biller."""
    found = _accounts(actor).filter(biller_id=biller_id, number=number).first()
    return None if found is None else _account(found)


def list_accounts(
    *, actor: Actor, biller_id: int, search: str = "", after: str | None = None, limit: int = PAGE
) -> Page[AccountRow]:
    """Return a biller's accounts by name, a page at a time; `search` is part of the name or begins the number."""
    found, mark = _page(_searched_accounts(actor, biller_id, search), after=after, limit=limit)
    return Page(rows=tuple(_account(account) for account in found), after=mark)


def count_accounts(*, actor: Actor, biller_id: int, search: str = "") -> int:
    """Return how many accounts such a list has."""
    return _searched_accounts(actor, biller_id, search).count()


def list_accounts_by_ids(*, actor: Actor, account_ids: Collection[int]) -> list[AccountRow]:
    """Return those of these accounts that the actor may see. One query."""
    return [_account(found) for found in _accounts(actor).filter(pk__in=list(account_ids)).order_by("pk")]


def get_payer(*, actor: Actor, public_id: str) -> PayerRow:
    """Return a payer.

    :raises errors.NotFound: none among those the actor may see.
    """
    found = _payers(actor).filter(public_id=public_id).first()
    if found is None:
        raise errors.NotFound(public_id)
    return _payer(found)


def list_payers(
    *, actor: Actor, biller_id: int, search: str = "", after: str | None = None, limit: int = PAGE
) -> Page[PayerRow]:
    """Return a biller's payers by name, a page at a time; `search` is part of the name or begins the e-mail."""
    found, mark = _page(_searched_payers(actor, biller_id, search), after=after, limit=limit)
    return Page(rows=tuple(_payer(payer) for payer in found), after=mark)


def count_payers(*, actor: Actor, biller_id: int, search: str = "") -> int:
    """Return how many payers such a list has."""
    return _searched_payers(actor, biller_id, search).count()


def list_payers_by_ids(*, actor: Actor, payer_ids: Collection[int]) -> list[PayerRow]:
    """Return those of these payers that the actor may see. One query."""
    return [_payer(found) for found in _payers(actor).filter(pk__in=list(payer_ids)).order_by("pk")]


def list_my_payers(*, actor: Actor, permission: str | None = None) -> list[PayerRow]:
    """Return the payers this actor acts for in the portal, oldest first."""
    found = Payer.objects.filter(pk__in=actor.payer_ids(permission)).order_by("pk")
    return [_payer(payer) for payer in found]


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
    found = _accounts(actor).filter(biller_id=biller_id, number__in=list(numbers))
    return dict(found.values_list("number", "id"))


def map_default_payers(*, actor: Actor, biller_id: int, account_ids: Collection[int]) -> dict[int, int]:
    """Return the id of each account's default payer. One query for as many as an import has."""
    _demand_staff_sight(actor, biller_id)
    found = AccountPayer.objects.filter(
        biller_id=biller_id, account_id__in=list(account_ids), is_default=True
    )
    return dict(found.values_list("account_id", "payer_id"))


def list_profiles(*, actor: Actor, biller_id: int) -> list[ProfileRow]:
    """Return a biller's user profiles, in the order they were made."""
    _demand_staff_sight(actor, biller_id)
    return [_profile(found) for found in UserProfile.objects.filter(biller_id=biller_id).order_by("pk")]


def get_profile(*, actor: Actor, biller_id: int, key: str) -> ProfileRow:
    """Return a user profile of a biller by its key, such as `billing`.

    :raises errors.NotFound: the biller has none of that key.
    """
    _demand_staff_sight(actor, biller_id)
    found = UserProfile.objects.filter(biller_id=biller_id, key=key).first()
    if found is None:
        raise errors.NotFound(key)
    return _profile(found)


def get_invitation(*, actor: Actor, public_id: str) -> InvitationRow:
    """Return an invitation.

    :raises errors.NotFound: none at the billers where the actor may invite.
    """
    found = _invitations(actor).filter(public_id=public_id).first()
    if found is None:
        raise errors.NotFound(public_id)
    return _invitation(found)


def find_invitation(*, secret: str) -> InvitationRow | None:
    """Return the invitation whose link holds this secret, whatever has become of it: the secret is the permission."""
    found = Invitation.objects.filter(digest=tokens.digest(secret)).select_related("payer", "profile").first()
    return None if found is None else _invitation(found)


def list_invitations_to(*, email: str) -> list[InvitationRow]:
    """Return the open invitations to an address, lapsed ones too, of all billers: to send them there again."""
    found = Invitation.objects.filter(email=email.strip().lower(), used_at=None, revoked_at=None)
    return [_invitation(each) for each in found.select_related("payer", "profile").order_by("pk")]


def list_access(
    *, actor: Actor, biller_id: int, search: str = "", after: str | None = None, limit: int = PAGE
) -> Page[PayerAccess]:
    """Return payers by name with who acts for each and the latest invitation. Four queries, however many."""
    found, mark = _page(_searched_payers(actor, biller_id, search), after=after, limit=limit)
    return Page(rows=tuple(_with_access(actor, found)), after=mark)


def get_access(*, actor: Actor, payer_public_id: str) -> PayerAccess:
    """Return who acts for one payer, and its latest invitation.

    :raises errors.NotFound: no such payer among those the actor may see.
    """
    found = list(_payers(actor).filter(public_id=payer_public_id))
    if not found:
        raise errors.NotFound(payer_public_id)
    return _with_access(actor, found)[0]


def map_access(*, actor: Actor, payer_ids: Collection[int]) -> dict[int, PayerAccess]:
    """Return who acts for each of these payers, and its latest invitation. Three queries, however many."""
    found = list(_payers(actor).filter(pk__in=list(payer_ids)))
    return {row.payer.id: row for row in _with_access(actor, found)}


def find_access(*, actor: Actor, payer_public_id: str, login_ref: str) -> tuple[PayerRow, AccessRow] | None:
    """Return one login's access to a payer that the actor may see; None where it ended or never was."""
    for each in _with_access(actor, list(_payers(actor).filter(public_id=payer_public_id))):
        for access in each.accesses:
            if access.login_ref == login_ref:
                return each.payer, access
    return None


def lock_invitation(*, invitation_id: int) -> Invitation:
    """Lock one invitation: two people finishing it at once, or finishing and revoking, come one after the other."""
    db.demand_transaction()
    return Invitation.objects.select_for_update(no_key=True).get(pk=invitation_id)


def lock_accounts(*, account_ids: Collection[int]) -> list[BillingAccount]:
    """Lock billing accounts, ascending, first of all kinds.

    :raises db.LockOrder: a finer kind is locked already.
    """
    return db.lock_rows(BillingAccount.objects.all(), kind="account", ids=account_ids)


def _searched_payers(actor: Actor, biller_id: int, search: str) -> QuerySet[Payer]:
    """Return a biller's payers as a queryset, for this noun's own lists."""
    found = _payers(actor).filter(biller_id=biller_id)
    if search.strip():
        part = names.fold(search)
        found = found.filter(Q(sort_name__contains=part) | Q(email__startswith=part))
    return found


def _payer(payer: Payer) -> PayerRow:
    """Return a payer as a row."""
    return PayerRow(
        id=payer.pk,
        public_id=payer.public_id,
        biller_id=payer.biller_id,
        name=payer.name,
        sort_name=payer.sort_name,
        email=payer.email,
        phone=payer.phone,
        locale=payer.locale,
        invoice_preference=payer.invoice_preference,
        who_pays=payer.who_pays,
        collection_day=payer.collection_day,
    )


def _searched_accounts(actor: Actor, biller_id: int, search: str) -> QuerySet[BillingAccount]:
    found = _accounts(actor).filter(biller_id=biller_id)
    if search.strip():
        by_name = Q(sort_name__contains=names.fold(search))
        found = found.filter(by_name | Q(number__startswith=search.strip()))
    return found


def _accounts(actor: Actor) -> QuerySet[BillingAccount]:
    if actor.is_system:
        return BillingAccount.objects.all()
    if actor.kind == ActorKind.STAFF:
        return BillingAccount.objects.filter(_at_work(actor))
    mine = AccountPayer.objects.filter(payer_id__in=actor.payer_ids()).values("account_id")
    return BillingAccount.objects.filter(pk__in=mine)


def _payers(actor: Actor) -> QuerySet[Payer]:
    if actor.is_system:
        return Payer.objects.all()
    return Payer.objects.filter(_mine(actor, payer_field="pk"))


def _mine(actor: Actor, *, payer_field: str) -> Q:
    # Somebody who is both staff and a payer is what the interface says (`kind`).
    if actor.kind == ActorKind.STAFF:
        return _at_work(actor)
    return Q(**{f"{payer_field}__in": actor.payer_ids()})


def _at_work(actor: Actor) -> Q:
    return Q(biller_id__in=actor.staff_biller_ids(staff_permissions.SEE_ACCOUNTS))


def _demand_staff_sight(actor: Actor, biller_id: int) -> None:
    actor.demand_staff(staff_permissions.SEE_ACCOUNTS, biller_id=biller_id)


def _links(actor: Actor, found: QuerySet[AccountPayer]) -> list[LinkRow]:
    if not actor.is_system:
        found = found.filter(_mine(actor, payer_field="payer_id"))
    ordered = found.select_related("account", "payer").order_by("account_id", "-is_default", "pk")
    return [
        LinkRow(
            account=_account(link.account),
            payer=_payer(link.payer),
            relation=link.relation,
            is_default=link.is_default,
        )
        for link in ordered
    ]


def _page(found: QuerySet[M], *, after: str | None, limit: int) -> tuple[list[M], str | None]:
    """Return one page of a queryset that has `sort_name`, and the mark of what follows."""
    place = rows.read_mark(after) if after else None
    if place is not None:
        # A row comparison, written so that the index on (biller, sort_name, id) serves it.
        sort_name, row_id = place
        found = found.filter(Q(sort_name__gte=sort_name) & (Q(sort_name__gt=sort_name) | Q(pk__gt=row_id)))
    page = list(found.order_by("sort_name", "pk")[: limit + 1])
    if len(page) <= limit:
        return page, None
    last = page[limit - 1]
    return page[:limit], rows.mark(str(getattr(last, "sort_name", "")), last.pk)


def _account(found: BillingAccount) -> AccountRow:
    return AccountRow(
        id=found.pk,
        public_id=found.public_id,
        biller_id=found.biller_id,
        number=found.number,
        holder_name=found.holder_name,
        sort_name=found.sort_name,
        standing=found.standing,
        external_ref=found.external_ref,
    )


def _invitations(actor: Actor) -> QuerySet[Invitation]:
    found = Invitation.objects.select_related("payer", "profile")
    if actor.is_system:
        return found
    return found.filter(biller_id__in=actor.staff_biller_ids(staff_permissions.INVITE_PAYERS))


def _latest_invitations(actor: Actor, payers: Sequence[Payer]) -> dict[int, InvitationRow]:
    found = _invitations(actor).filter(payer_id__in=[payer.pk for payer in payers])
    latest = found.order_by("payer_id", "-pk").distinct("payer_id")
    return {each.payer_id: _invitation(each) for each in latest}


def _with_access(actor: Actor, found: Sequence[Payer]) -> list[PayerAccess]:
    accesses, invitations = _accesses(found), _latest_invitations(actor, found)
    return [
        PayerAccess(
            payer=_payer(payer),
            accesses=tuple(accesses.get(payer.pk, ())),
            invitation=invitations.get(payer.pk),
        )
        for payer in found
    ]


def _accesses(payers: Sequence[Payer]) -> dict[int, list[AccessRow]]:
    found = PortalAccess.objects.filter(payer_id__in=[payer.pk for payer in payers], ended_at=None)
    listed: dict[int, list[AccessRow]] = {}
    for each in found.select_related("login", "profile").order_by("pk"):
        row = AccessRow(
            payer_id=each.payer_id,
            login_id=each.login_id,
            login_ref=each.login.public_id,
            profile_name=each.profile.name,
            joined_at=each.joined_at,
            last_used_at=each.login.last_login,
        )
        listed.setdefault(each.payer_id, []).append(row)
    return listed


def _invitation(found: Invitation) -> InvitationRow:
    return InvitationRow(
        id=found.pk,
        public_id=found.public_id,
        biller_id=found.biller_id,
        payer_id=found.payer_id,
        payer_public_id=found.payer.public_id,
        payer_name=found.payer.name,
        payer_locale=found.payer.locale,
        profile_id=found.profile_id,
        profile_name=found.profile.name,
        email=found.email,
        times_sent=found.times_sent,
        sent_at=found.sent_at,
        expires_at=found.expires_at,
        used_at=found.used_at,
        revoked_at=found.revoked_at,
    )


def _profile(found: UserProfile) -> ProfileRow:
    return ProfileRow(
        id=found.pk,
        biller_id=found.biller_id,
        key=found.key,
        name=found.name,
        permissions=tuple(found.permissions),
    )
