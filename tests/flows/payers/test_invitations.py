"""Inviting, sending again, revoking, finishing, and asking for it by address."""

from __future__ import annotations

from datetime import timedelta

import pytest

from counterfoil.audit.models import AuditEvent
from counterfoil.core import errors
from counterfoil.flows.identity import actor as actor_flow
from counterfoil.flows.payers import (
    accept_invitation,
    invite,
    open_invitation,
    resend_by_address,
    resend_invitation,
    revoke_invitation,
)
from counterfoil.flows.payers.invite import Invite
from counterfoil.identity import permissions
from counterfoil.identity.models import Login
from counterfoil.notices.models import Delivery, Notice
from counterfoil.payers import access_queries as payer_access
from counterfoil.payers.models import Invitation, PortalAccess
from counterfoil.payers.states import InvitationState
from tests.factories.people import NOW, SEEN, Community, registration, secret_of, visitor

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def test_an_invitation_is_mailed_to_the_invited_address_with_a_link_of_thirty_days() -> None:
    home = Community()
    account = home.add_account("Eleanor Whitfield")
    invitation = home.invite(home.add_payer(account=account), " Daniel@Example.test ")

    assert invitation.email == "daniel@example.test"
    assert invitation.expires_at - invitation.sent_at == 30 * DAY
    notice = Notice.objects.get(subject_ref=invitation.public_id)
    assert notice.key == "invitation"
    assert notice.data["for_whom"] == "Eleanor Whitfield"
    assert notice.data["expires_on"] == "2026-12-20"
    assert Delivery.objects.get(notice=notice).to == "daniel@example.test"
    stored = Invitation.objects.get(public_id=invitation.public_id)
    assert secret_of(invitation).encode() not in bytes(stored.digest)
    assert stored.may_see_confirmed_by_ref == home.staff.ref


def test_without_the_confirmation_nobody_is_invited() -> None:
    home = Community()
    payer = home.add_payer()
    wanted = Invite(
        payer_ref=payer.public_id, email="a@example.test", profile_key="billing", may_see_confirmed=False
    )

    with pytest.raises(errors.Invalid) as refused:
        invite.run(actor=home.staff, now=NOW, invite=wanted)

    assert refused.value.code == "may_see_not_confirmed"
    assert not Invitation.objects.filter(payer_id=payer.id).exists()


def test_only_roles_that_may_invite_do_and_only_at_their_biller() -> None:
    home, other = Community(), Community("Oak Hill")
    payer = home.add_payer()
    wanted = Invite(
        payer_ref=payer.public_id, email="a@example.test", profile_key="billing", may_see_confirmed=True
    )

    with pytest.raises(errors.NotPermitted):
        invite.run(actor=home.add_staff(permissions.VIEWER), now=NOW, invite=wanted)
    with pytest.raises(errors.NotFound):
        invite.run(actor=other.staff, now=NOW, invite=wanted)
    with pytest.raises(errors.NotFound):
        invite.run(actor=visitor(), now=NOW, invite=wanted)

    assert not Invitation.objects.filter(payer_id=payer.id).exists()


def test_the_same_person_is_not_invited_twice() -> None:
    home = Community()
    payer = home.add_payer()
    home.invite(payer, "a@example.test")

    with pytest.raises(errors.Invalid) as refused:
        home.invite(payer, "A@example.test")

    assert refused.value.code == "invited"


def test_opening_uses_nothing_up_and_registering_does() -> None:
    home = Community()
    payer = home.add_payer(account=home.add_account())
    invitation = home.invite(payer, "new@example.test")
    secret = secret_of(invitation)

    for _ in range(3):
        opened = open_invitation.run(now=NOW, secret=secret)
        assert opened is not None
        assert opened.is_open
        assert not opened.has_login

    login = accept_invitation.register(
        actor=visitor(), now=NOW + DAY, secret=secret, registration=registration("New@example.test")
    )

    actor = actor_flow.run(login=login, seen=SEEN)
    assert actor.may_as_payer("pay", payer_id=payer.id)
    again = open_invitation.run(now=NOW + DAY, secret=secret)
    assert again is not None
    assert again.state == InvitationState.USED
    with pytest.raises(errors.Stale):
        accept_invitation.run(actor=actor, now=NOW + DAY, secret=secret)
    assert PortalAccess.objects.filter(payer_id=payer.id).count() == 1
    actions = AuditEvent.objects.filter(object_ref=invitation.public_id).order_by("pk")
    assert list(actions.values_list("action", flat=True)) == ["invitation.sent", "login.registered"]


def test_an_address_with_a_login_adds_the_account_to_it_and_registers_no_second_time() -> None:
    home, other = Community(), Community("Oak Hill")
    actor = home.join(home.add_payer(account=home.add_account()), "both@example.test")
    invitation = other.invite(other.add_payer(account=other.add_account()), "both@example.test")
    assert Notice.objects.get(subject_ref=invitation.public_id).key == "invitation_to_existing_login"

    with pytest.raises(errors.Invalid) as refused:
        accept_invitation.register(
            actor=visitor(),
            now=NOW,
            secret=secret_of(invitation),
            registration=registration("both@example.test"),
        )
    assert refused.value.code == "email_taken"
    accept_invitation.run(actor=actor, now=NOW, secret=secret_of(invitation))

    login = Login.objects.get(email="both@example.test")
    fresh = actor_flow.run(login=login, seen=SEEN)
    assert {grant.biller_id for grant in fresh.payers} == {home.id, other.id}


def test_somebody_else_cannot_finish_it_even_with_the_link() -> None:
    home = Community()
    invitation = home.invite(home.add_payer(), "invited@example.test")
    stranger = home.join(home.add_payer(), "stranger@example.test")

    with pytest.raises(errors.NotPermitted):
        accept_invitation.run(actor=stranger, now=NOW, secret=secret_of(invitation))
    with pytest.raises(errors.NotPermitted):
        accept_invitation.register(
            actor=visitor(),
            now=NOW,
            secret=secret_of(invitation),
            registration=registration("me@example.test"),
        )
    with pytest.raises(errors.NotPermitted):
        accept_invitation.run(actor=visitor(), now=NOW, secret=secret_of(invitation))

    assert not Login.objects.filter(email="me@example.test").exists()
    opened = open_invitation.run(now=NOW, secret=secret_of(invitation))
    assert opened is not None
    assert opened.is_open


def test_an_expired_one_opens_nothing_and_sent_again_it_does_with_a_new_link() -> None:
    home = Community()
    invitation = home.invite(home.add_payer(), "late@example.test")
    old = secret_of(invitation)
    late = NOW + 30 * DAY

    opened = open_invitation.run(now=late, secret=old)
    assert opened is not None
    assert opened.state == InvitationState.EXPIRED
    with pytest.raises(errors.Stale):
        accept_invitation.register(
            actor=visitor(), now=late, secret=old, registration=registration("late@example.test")
        )
    assert not Login.objects.filter(email="late@example.test").exists()

    fresh = resend_invitation.run(actor=home.staff, now=late, invitation_ref=invitation.public_id)

    assert fresh.times_sent == 2
    assert fresh.state(late) == InvitationState.PENDING
    assert open_invitation.run(now=late, secret=old) is None
    accept_invitation.register(
        actor=visitor(), now=late, secret=secret_of(fresh), registration=registration("late@example.test")
    )
    with pytest.raises(errors.Stale):
        resend_invitation.run(actor=home.staff, now=late, invitation_ref=invitation.public_id)


def test_a_revoked_one_opens_nothing_and_cannot_be_sent_again() -> None:
    home = Community()
    payer = home.add_payer()
    invitation = home.invite(payer, "gone@example.test")

    revoke_invitation.run(actor=home.staff, now=NOW, invitation_ref=invitation.public_id)

    opened = open_invitation.run(now=NOW, secret=secret_of(invitation))
    assert opened is not None
    assert opened.state == InvitationState.REVOKED
    with pytest.raises(errors.Stale):
        resend_invitation.run(actor=home.staff, now=NOW, invitation_ref=invitation.public_id)
    assert home.invite(payer, "gone@example.test").public_id != invitation.public_id


def test_asking_by_address_sends_to_that_address_only_and_not_too_often() -> None:
    home = Community()
    invitation = home.invite(home.add_payer(), "ask@example.test")
    home.invite(home.add_payer(), "other@example.test")
    hour = timedelta(hours=1)

    resend_by_address.run(actor=visitor(), now=NOW + timedelta(minutes=1), email="ask@example.test")
    assert Notice.objects.filter(subject_ref=invitation.public_id).count() == 1
    resend_by_address.run(actor=visitor(), now=NOW + hour, email=" ASK@example.test")
    resend_by_address.run(actor=visitor(), now=NOW + hour, email="nobody@example.test")

    notices = Notice.objects.filter(subject_ref=invitation.public_id)
    assert notices.count() == 2
    assert set(Delivery.objects.filter(notice__in=notices).values_list("to", flat=True)) == {
        "ask@example.test"
    }
    assert Delivery.objects.filter(to="other@example.test").count() == 1
    assert not Delivery.objects.filter(to="nobody@example.test").exists()


def test_asking_by_address_leaves_used_and_revoked_ones_alone() -> None:
    home = Community()
    home.join(home.add_payer(), "done@example.test")
    gone = home.invite(home.add_payer(), "gone2@example.test")
    revoke_invitation.run(actor=home.staff, now=NOW, invitation_ref=gone.public_id)

    for email in ("done@example.test", "gone2@example.test"):
        resend_by_address.run(actor=visitor(), now=NOW + DAY, email=email)

    assert Delivery.objects.filter(to__in=["done@example.test", "gone2@example.test"]).count() == 2


def test_the_profile_given_at_invitation_decides_what_is_allowed() -> None:
    home = Community()
    payer = home.add_payer()
    actor = home.join(payer, profile_key="see-only")

    assert actor.may_as_payer("see_invoices", payer_id=payer.id)
    assert not actor.may_as_payer("pay", payer_id=payer.id)
    access = payer_access.get_access(actor=home.staff, payer_public_id=payer.public_id)
    assert [row.profile_name for row in access.accesses] == ["See only"]
