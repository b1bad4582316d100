"""What inviting, sending again and finding by address share: the message, and the audit record."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from counterfoil.audit import operations as audit_operations
from counterfoil.billers import queries as biller_queries
from counterfoil.core.actor import OPERATOR, Actor
from counterfoil.identity import queries as identity_queries
from counterfoil.notices import operations as notice_operations
from counterfoil.payers import queries as payer_queries
from counterfoil.payers.rows import InvitationRow
from counterfoil.sharing import queries as sharing_queries

PATH = "/invitations/{secret}/"


def for_whom(*, payer_id: int, payer_name: str) -> str:
    """Return whose bills an invitation is about: the holders of the payer's accounts, or the payer."""
    # Read as the installation: whoever holds the invitation may know this much.
    links = payer_queries.list_payer_accounts(actor=OPERATOR, payer_ids=[payer_id])
    names = [link.account.holder_name for link in links]
    # Who was asked to share or to help is not a payer of the account yet.
    names = list(dict.fromkeys(names or sharing_queries.list_holders(payer_id=payer_id)))
    return ", ".join(names) or payer_name


def send(*, invitation: InvitationRow, secret: str, now: datetime) -> None:
    """Queue the message with the link: to register, or to log in where the address has a login already."""
    biller = biller_queries.get(biller_id=invitation.biller_id)
    known = identity_queries.list_emails(emails=[invitation.email])
    expires_on = invitation.expires_at.astimezone(ZoneInfo(biller.zone)).date()
    notice_operations.queue(
        now=now,
        biller_id=invitation.biller_id,
        key="invitation_to_existing_login" if known else "invitation",
        to_email=invitation.email,
        payer_id=invitation.payer_id,
        locale=invitation.payer_locale,
        zone=biller.zone,
        data={
            "biller": {"name": biller.name, "phone": biller.phone},
            "payer_name": invitation.payer_name,
            "for_whom": for_whom(payer_id=invitation.payer_id, payer_name=invitation.payer_name),
            "link": PATH.format(secret=secret),
            "expires_on": expires_on.isoformat(),
        },
        subject_ref=invitation.public_id,
        # Each sending is a message of its own.
        once=f"invitation:{invitation.public_id}:{invitation.times_sent}",
    )


def record(*, actor: Actor, action: str, invitation: InvitationRow, now: datetime) -> None:
    """Write the audit record of an act on an invitation."""
    audit_operations.record(
        actor=actor,
        biller_id=invitation.biller_id,
        action=action,
        object_ref=invitation.public_id,
        details={
            "payer": invitation.payer_public_id,
            "profile_id": invitation.profile_id,
            "times_sent": invitation.times_sent,
        },
        now=now,
    )
