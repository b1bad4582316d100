"""Writes to billing accounts, payers, user profiles, portal accesses and invitations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from counterfoil.core import db, errors, ids, tokens
from counterfoil.payers import names, permissions, states
from counterfoil.payers.drafts import NewAccount, NewInvitation, NewLink, NewPayer
from counterfoil.payers.models import (
    AccountPayer,
    BillingAccount,
    Invitation,
    Payer,
    PortalAccess,
    UserProfile,
)

BATCH = 1_000


def create_accounts(*, biller_id: int, new: Sequence[NewAccount], now: datetime) -> dict[str, int]:
    """Make billing accounts, a thousand a statement; return their ids by number."""
    db.demand_transaction()
    public_ids = ids.new_many("account", len(new))
    made = BillingAccount.objects.bulk_create(
        [
            BillingAccount(
                public_id=public_id,
                biller_id=biller_id,
                number=each.number,
                holder_name=each.holder_name,
                sort_name=names.fold(each.holder_name),
                external_ref=each.external_ref,
                created_at=now,
            )
            for public_id, each in zip(public_ids, new, strict=True)
        ],
        batch_size=BATCH,
    )
    return {account.number: account.pk for account in made}


def create_payers(*, biller_id: int, new: Sequence[NewPayer], now: datetime) -> list[int]:
    """Make payers, a thousand a statement; return their ids in the same order."""
    db.demand_transaction()
    public_ids = ids.new_many("payer", len(new))
    made = Payer.objects.bulk_create(
        [
            Payer(
                public_id=public_id,
                biller_id=biller_id,
                name=each.name,
                sort_name=names.fold(each.name),
                email=each.email.strip().lower(),
                phone=each.phone,
                locale=each.locale,
                invoice_preference=each.invoice_preference,
                who_pays=each.who_pays,
                created_at=now,
            )
            for public_id, each in zip(public_ids, new, strict=True)
        ],
        batch_size=BATCH,
    )
    return [payer.pk for payer in made]


def link_many(*, biller_id: int, new: Sequence[NewLink]) -> None:
    """Say who pays for which account, a thousand a statement."""
    db.demand_transaction()
    AccountPayer.objects.bulk_create(
        [
            AccountPayer(
                biller_id=biller_id,
                account_id=each.account_id,
                payer_id=each.payer_id,
                relation=each.relation,
                is_default=each.is_default,
            )
            for each in new
        ],
        batch_size=BATCH,
    )


def change_contact(*, payer_id: int, values: Mapping[str, str]) -> None:
    """Write a payer's name, e-mail address, phone, language and invoice preference."""
    db.demand_transaction()
    Payer.objects.filter(pk=payer_id).update(
        name=values["name"],
        sort_name=names.fold(values["name"]),
        email=values["email"].strip().lower(),
        phone=values["phone"],
        locale=values["locale"],
        invoice_preference=values["invoice_preference"],
    )


def choose_who_pays(*, payer_id: int, who_pays: str, collection_day: int | None) -> None:
    """Write who pays, and where the biller collects, on which day of the month."""
    db.demand_transaction()
    Payer.objects.filter(pk=payer_id).update(who_pays=who_pays, collection_day=collection_day)


def end_access(*, payer_id: int, login_id: int, now: datetime) -> bool:
    """End what a login may do for a payer; tell whether there was something to end."""
    db.demand_transaction()
    found = PortalAccess.objects.filter(payer_id=payer_id, login_id=login_id, ended_at=None)
    return bool(found.update(ended_at=now))


def speak(*, payer_id: int, locale: str) -> None:
    """Write the language in which a payer is written to."""
    db.demand_transaction()
    Payer.objects.filter(pk=payer_id).update(locale=locale)


def note_parts(*, payer_id: int) -> None:
    """Note that bills of others are shared with this payer: from now on queries look for them."""
    db.demand_transaction()
    Payer.objects.filter(pk=payer_id, has_parts=False).update(has_parts=True)


def undo_default(*, account_id: int) -> None:
    """Leave an account without a default payer, for another one to become it."""
    db.demand_transaction()
    AccountPayer.objects.filter(account_id=account_id, is_default=True).update(is_default=False)


def transition_account(*, account: BillingAccount, to: str) -> str:
    """Move a locked account to another standing; return the event word.

    :raises IllegalTransition: the table has no such move.
    """
    db.demand_transaction()
    event = states.STANDING.event(account.standing, to)
    account.standing = to
    account.save(update_fields=["standing"])
    return event


def create_ready_made_profiles(*, biller_id: int) -> None:
    """Give a new biller the ready-made user profiles."""
    db.demand_transaction()
    UserProfile.objects.bulk_create(
        UserProfile(biller_id=biller_id, key=each.key, name=each.name, permissions=list(each.permissions))
        for each in permissions.READY_MADE
    )


def invite(*, biller_id: int, new: NewInvitation, now: datetime) -> tuple[str, str]:
    """Make an invitation; return its public id and the secret of its link, which is kept nowhere.

    :raises errors.Invalid: this payer has an open invitation to that address: that one is sent again.
    """
    db.demand_transaction()
    email = new.email.strip().lower()
    if Invitation.objects.filter(payer_id=new.payer_id, email=email, used_at=None, revoked_at=None).exists():
        raise errors.Invalid(_("This person has an invitation already. Send it again."), code="invited")
    secret = tokens.new_secret()
    invitation = Invitation(
        public_id=ids.new("invitation"),
        biller_id=biller_id,
        payer_id=new.payer_id,
        profile_id=new.profile_id,
        email=email,
        digest=tokens.digest(secret),
        may_see_confirmed_at=now,
        may_see_confirmed_by_ref=new.by_ref,
        invited_by_ref=new.by_ref,
        sent_at=now,
        expires_at=now + states.INVITATION_LIVES,
    )
    invitation.save(force_insert=True)
    return invitation.public_id, secret


def resend(*, invitation: Invitation, now: datetime) -> str:
    """Give a locked invitation a fresh link for thirty days more; return its secret. The old link ends.

    :raises IllegalTransition: it was used or revoked.
    """
    db.demand_transaction()
    _event(invitation, states.InvitationState.PENDING, now)
    secret = tokens.new_secret()
    invitation.digest = tokens.digest(secret)
    invitation.sent_at, invitation.expires_at = now, now + states.INVITATION_LIVES
    invitation.times_sent += 1
    invitation.save(update_fields=["digest", "sent_at", "expires_at", "times_sent"])
    return secret


def revoke(*, invitation: Invitation, now: datetime) -> None:
    """End a locked invitation that nobody finished.

    :raises IllegalTransition: it was used or revoked.
    """
    db.demand_transaction()
    _event(invitation, states.InvitationState.REVOKED, now)
    invitation.revoked_at = now
    invitation.save(update_fields=["revoked_at"])


def use(*, invitation: Invitation, login_id: int, now: datetime) -> None:
    """Finish a locked invitation: the login acts for the payer from now on, with the invitation's profile.

    :raises IllegalTransition: it is used, revoked or expired.
    """
    db.demand_transaction()
    _event(invitation, states.InvitationState.USED, now)
    invitation.used_at = now
    invitation.save(update_fields=["used_at"])
    PortalAccess.objects.update_or_create(
        login_id=login_id,
        payer_id=invitation.payer_id,
        ended_at=None,
        defaults={"profile_id": invitation.profile_id},
        create_defaults={
            "biller_id": invitation.biller_id,
            "profile_id": invitation.profile_id,
            "joined_at": now,
        },
    )


def _event(invitation: Invitation, to: states.InvitationState, now: datetime) -> str:
    state = states.invitation_state(
        used_at=invitation.used_at,
        revoked_at=invitation.revoked_at,
        expires_at=invitation.expires_at,
        now=now,
    )
    return states.INVITATION.event(state, to)
