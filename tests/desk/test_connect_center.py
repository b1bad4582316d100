"""Connect Center: inviting, sending again, revoking, and what each user profile allows."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from counterfoil.core import clock
from counterfoil.core.actor import OPERATOR
from counterfoil.flows.payers import invite
from counterfoil.flows.payers.invite import Invite
from counterfoil.notices import queries as notice_queries
from counterfoil.payers import access_queries as payer_access, queries as payer_queries
from counterfoil.payers.rows import InvitationRow
from tests.factories.world import World

FORM = {"email": "daughter@example.test", "profile": "pay-only", "may_see_confirmed": "on"}


def path(world: World, name: str, *refs: str) -> str:
    return reverse(f"desk-{name}", args=[world.key, *refs])


def ref(world: World) -> str:
    return payer_queries.list_payers_by_ids(actor=OPERATOR, payer_ids=[world.payer_id])[0].public_id


def invitation(world: World) -> InvitationRow | None:
    return payer_access.get_access(actor=OPERATOR, payer_public_id=ref(world)).invitation


def state(desk: Client, world: World) -> str:
    [line] = desk.get(path(world, "access")).context["lines"]
    return str(line.words)


def test_a_payer_is_invited_with_a_profile_and_a_confirmation(world: World, desk: Client) -> None:
    page = desk.get(path(world, "invite", ref(world)))
    content = page.content.decode()
    assert "I confirm that this person may see the billing data of Eleanor Whitfield." in content
    assert page.context["form"]["may_see_confirmed"].value() in {None, False}
    assert 'value="eleanor@example.test"' in content

    answer = desk.post(path(world, "invite", ref(world)), FORM, follow=True)
    assert "The invitation was sent to daughter@example.test." in answer.content.decode()
    made = invitation(world)
    assert made is not None
    assert (made.email, made.profile_name) == ("daughter@example.test", "Pay only")
    assert made.expires_at - made.sent_at == timedelta(days=30)
    assert state(desk, world) == "Invited"
    [notice] = notice_queries.list_for_payer(world.staff, payer_id=world.payer_id)
    assert (notice.key, notice.to) == ("invitation", "daughter@example.test")


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        (
            {"may_see_confirmed": ""},
            "may_see_confirmed",
            "Confirm that this person may see the billing data.",
        ),
        ({"email": "nonsense"}, "email", "Enter a valid email address."),
        ({"email": ""}, "email", "This field is required."),
        ({"profile": "king"}, "profile", "Select a valid choice."),
    ],
)
def test_errors_stand_beside_the_fields(
    world: World, desk: Client, change: dict[str, str], field: str, words: str
) -> None:
    answer = desk.post(path(world, "invite", ref(world)), FORM | change)
    assert answer.status_code == 200
    assert words in str(answer.context["form"].errors[field])
    assert words in answer.content.decode()
    assert invitation(world) is None


def test_who_is_invited_already_is_not_invited_twice(world: World, desk: Client) -> None:
    desk.post(path(world, "invite", ref(world)), FORM)
    answer = desk.post(path(world, "invite", ref(world)), FORM)
    assert "This person has an invitation already. Send it again." in answer.content.decode()


def test_an_invitation_is_sent_again_for_thirty_days_more(world: World, desk: Client) -> None:
    wanted = Invite(
        payer_ref=ref(world), email="late@example.test", profile_key="billing", may_see_confirmed=True
    )
    old = invite.run(actor=OPERATOR, now=clock.now() - timedelta(days=31), invite=wanted)
    assert state(desk, world) == "Invitation expired"
    answer = desk.post(path(world, "invitation-resend", old.public_id), follow=True)
    assert "sent again to late@example.test" in answer.content.decode()
    assert state(desk, world) == "Invited"
    again = invitation(world)
    assert again is not None
    assert (again.public_id, again.times_sent) == (old.public_id, 2)


def test_revoking_says_what_it_does_before_it_does_it(world: World, desk: Client) -> None:
    desk.post(path(world, "invite", ref(world)), FORM)
    made = invitation(world)
    assert made is not None
    page = desk.get(path(world, "invitation-revoke", made.public_id)).content.decode()
    assert "nobody can register with it for Eleanor Whitfield" in page
    assert state(desk, world) == "Invited"
    desk.post(path(world, "invitation-revoke", made.public_id))
    assert state(desk, world) == "Invitation revoked"
    again = desk.post(path(world, "invitation-revoke", made.public_id), follow=True)
    assert "finished or revoked meanwhile" in again.content.decode()
    resent = desk.post(path(world, "invitation-resend", made.public_id), follow=True)
    assert "finished or revoked meanwhile" in resent.content.decode()


def test_user_profiles_show_what_each_allows(world: World, desk: Client) -> None:
    answer = desk.get(path(world, "profiles"))
    assert answer.context["profiles"] == ["Billing", "See only", "Pay only", "No billing"]
    rights = {str(label): dict(cells) for label, cells in answer.context["rights"]}
    assert rights["Pay"] == {"Billing": True, "See only": False, "Pay only": True, "No billing": False}
