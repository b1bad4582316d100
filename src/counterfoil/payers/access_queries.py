"""Reads of who acts for whom: what each login may see, user profiles, and the invitations that lead there."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.db.models import QuerySet

from counterfoil.core import db, errors, tokens
from counterfoil.core.actor import Actor, PayerGrant
from counterfoil.core.pages import Cursor, Page
from counterfoil.identity import permissions as staff_permissions
from counterfoil.payers import queries
from counterfoil.payers.models import Invitation, PortalAccess, UserProfile
from counterfoil.payers.rows import AccessRow, InvitationRow, PayerAccess, PayerRow, ProfileRow


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


def find_former_biller(*, login_id: int) -> int | None:
    """Return the biller of the latest payer that a login acts or acted for; None where there never was one."""
    found = PortalAccess.objects.filter(login_id=login_id).order_by("-pk")
    return found.values_list("biller_id", flat=True).first()


def list_profiles(*, actor: Actor, biller_id: int) -> list[ProfileRow]:
    """Return a biller's user profiles, in the order they were made."""
    actor.demand_staff(staff_permissions.SEE_ACCOUNTS, biller_id=biller_id)
    return [_profile(found) for found in UserProfile.objects.filter(biller_id=biller_id).order_by("pk")]


def get_profile(*, actor: Actor, biller_id: int, key: str) -> ProfileRow:
    """Return a user profile of a biller by its key, such as `billing`.

    :raises errors.NotFound: the biller has none of that key.
    """
    actor.demand_staff(staff_permissions.SEE_ACCOUNTS, biller_id=biller_id)
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
    *,
    actor: Actor,
    biller_id: int,
    search: str = "",
    after: Cursor | None = None,
    limit: int = queries.PAGE,
) -> Page[PayerAccess]:
    """Return payers by name with who acts for each and the latest invitation. Four queries, however many."""
    page = queries.list_payers(actor=actor, biller_id=biller_id, search=search, after=after, limit=limit)
    return Page(_with_access(actor, page.rows), page.next)


def get_access(*, actor: Actor, payer_public_id: str) -> PayerAccess:
    """Return who acts for one payer, and its latest invitation.

    :raises errors.NotFound: no such payer among those the actor may see.
    """
    return _with_access(actor, [queries.get_payer(actor=actor, public_id=payer_public_id)])[0]


def map_access(*, actor: Actor, payer_ids: Collection[int]) -> dict[int, PayerAccess]:
    """Return who acts for each of these payers, and its latest invitation. Three queries, however many."""
    found = queries.list_payers_by_ids(actor=actor, payer_ids=payer_ids)
    return {row.payer.id: row for row in _with_access(actor, found)}


def find_access(*, actor: Actor, payer_public_id: str, login_ref: str) -> tuple[PayerRow, AccessRow] | None:
    """Return one login's access to a payer that the actor may see; None where it ended or never was."""
    try:
        found = get_access(actor=actor, payer_public_id=payer_public_id)
    except errors.NotFound:
        return None
    for access in found.accesses:
        if access.login_ref == login_ref:
            return found.payer, access
    return None


def lock_invitation(*, invitation_id: int) -> Invitation:
    """Lock one invitation: two people finishing it at once, or finishing and revoking, come one after the other."""
    db.demand_transaction()
    return Invitation.objects.select_for_update(no_key=True).get(pk=invitation_id)


def _invitations(actor: Actor) -> QuerySet[Invitation]:
    found = Invitation.objects.select_related("payer", "profile")
    if actor.is_system:
        return found
    return found.filter(biller_id__in=actor.staff_biller_ids(staff_permissions.INVITE_PAYERS))


def _latest_invitations(actor: Actor, payers: Sequence[PayerRow]) -> dict[int, InvitationRow]:
    found = _invitations(actor).filter(payer_id__in=[payer.id for payer in payers])
    latest = found.order_by("payer_id", "-pk").distinct("payer_id")
    return {each.payer_id: _invitation(each) for each in latest}


def _with_access(actor: Actor, found: Sequence[PayerRow]) -> list[PayerAccess]:
    accesses, invitations = _accesses(found), _latest_invitations(actor, found)
    return [
        PayerAccess(
            payer=payer,
            accesses=tuple(accesses.get(payer.id, ())),
            invitation=invitations.get(payer.id),
        )
        for payer in found
    ]


def _accesses(payers: Sequence[PayerRow]) -> dict[int, list[AccessRow]]:
    found = PortalAccess.objects.filter(payer_id__in=[payer.id for payer in payers], ended_at=None)
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
