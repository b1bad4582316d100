"""Billers, staff and payers without a gateway, made through the flows that people use."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime

from counterfoil.billers.drafts import NewBiller
from counterfoil.core.actor import OPERATOR, Actor
from counterfoil.flows.billers import create as create_biller
from counterfoil.flows.identity import actor as actor_flow, create_staff
from counterfoil.flows.identity.create_staff import NewStaff
from counterfoil.flows.payers import accept_invitation, create_account, create_payer, invite, link
from counterfoil.flows.payers.accept_invitation import Registration
from counterfoil.flows.payers.invite import Invite
from counterfoil.identity import permissions
from counterfoil.notices import models as notice_models, secrecy
from counterfoil.payers.drafts import NewAccount, NewLink, NewPayer
from counterfoil.payers.rows import AccountRow, InvitationRow, PayerRow

NOW = datetime(2026, 11, 20, 16, tzinfo=UTC)
PASSWORD = "correct horse battery"
SEEN = actor_flow.Seen(ip="192.0.2.7", request_id="test")


@dataclass
class Community:
    """One biller with an administrator."""

    name: str = "Maple Court"
    collector_mode: bool = False
    key: str = field(default_factory=lambda: f"biller-{secrets.token_hex(5)}")

    def __post_init__(self) -> None:
        new = NewBiller(
            organization=f"Organization of {self.key}",
            key=self.key,
            name=self.name,
            zone="America/Chicago",
            phone="(555) 555-0142",
            email="billing@example.test",
            collector_mode=self.collector_mode,
        )
        self.row = create_biller.run(actor=OPERATOR, now=NOW, new=new)
        self.id = self.row.id
        self.staff = self.add_staff()

    def add_staff(self, role: str = permissions.ADMINISTRATOR, email: str = "") -> Actor:
        """Let somebody join the staff; return them as they act at the desk."""
        address = email or f"staff-{secrets.token_hex(5)}@example.test"
        new = NewStaff(email=address, name="Sam Staff", role=role, password=PASSWORD)
        login = create_staff.run(actor=OPERATOR, now=NOW, biller_id=self.id, new=new)
        return actor_flow.run(
            login=_Login(login.id, login.public_id, login.name, login.email), seen=SEEN, at_desk=True
        )

    def add_account(self, holder: str = "Eleanor Whitfield", number: str = "") -> AccountRow:
        """Open a billing account."""
        new = NewAccount(number=number or f"A-{secrets.token_hex(4)}", holder_name=holder)
        return create_account.run(actor=self.staff, now=NOW, biller_id=self.id, new=new)

    def add_payer(
        self, name: str = "Daniel Whitfield", *, account: AccountRow | None = None, email: str = ""
    ) -> PayerRow:
        """Add a payer, for an account where one is named."""
        payer = create_payer.run(
            actor=self.staff, now=NOW, biller_id=self.id, new=NewPayer(name=name, email=email)
        )
        if account is not None:
            new = NewLink(account_id=account.id, payer_id=payer.id, relation="child")
            link.run(actor=self.staff, now=NOW, new=new)
        return payer

    def invite(
        self, payer: PayerRow, email: str = "", *, profile_key: str = "billing", now: datetime = NOW
    ) -> InvitationRow:
        """Invite a payer."""
        address = email or f"payer-{secrets.token_hex(5)}@example.test"
        wanted = Invite(
            payer_ref=payer.public_id, email=address, profile_key=profile_key, may_see_confirmed=True
        )
        return invite.run(actor=self.staff, now=now, invite=wanted)

    def join(self, payer: PayerRow, email: str = "", *, profile_key: str = "billing") -> Actor:
        """Invite a payer and let it register; return it as it acts in the portal."""
        invitation = self.invite(payer, email, profile_key=profile_key)
        login = accept_invitation.register(
            actor=visitor(),
            now=NOW,
            secret=secret_of(invitation),
            registration=registration(invitation.email),
        )
        return actor_flow.run(login=login, seen=SEEN)


def accepted(payer: PayerRow, *, email: str) -> str:
    """Invite somebody for a payer and let them register; return the login's public id."""
    wanted = Invite(payer_ref=payer.public_id, email=email, profile_key="billing", may_see_confirmed=True)
    invitation = invite.run(actor=OPERATOR, now=NOW, invite=wanted)
    made = accept_invitation.register(
        actor=visitor(), now=NOW, secret=secret_of(invitation), registration=registration(email)
    )
    return str(made.public_id)


@dataclass
class _Login:
    pk: int
    public_id: str
    name: str
    email: str


def visitor() -> Actor:
    """Return somebody who is not signed in."""
    return actor_flow.visitor(seen=SEEN)


def registration(email: str) -> Registration:
    """Return what a person types to register; the hash opens nothing."""
    return Registration(email=email, password_hash="!", locale="en")


def secret_of(invitation: InvitationRow) -> str:
    """Return the secret of an invitation's latest link, as its mail has it."""
    sent = notice_models.Notice.objects.filter(subject_ref=invitation.public_id).latest("pk")
    opened = secrecy.opened(key=sent.key, data=sent.data, public_id=sent.public_id)
    return str(opened["link"]).strip("/").split("/")[-1]
