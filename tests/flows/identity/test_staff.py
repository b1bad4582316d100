from __future__ import annotations

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from counterfoil.audit.models import AuditEvent
from counterfoil.core import errors
from counterfoil.core.actor import OPERATOR, ActorKind
from counterfoil.flows.identity import actor as actor_flow, create_staff, recover_staff
from counterfoil.flows.identity.create_staff import NewStaff
from counterfoil.identity import permissions, queries as identity_queries
from counterfoil.identity.models import Login, StaffRole
from counterfoil.notices import secrecy
from counterfoil.notices.models import Notice
from tests.factories.people import NOW, PASSWORD, SEEN, Community

pytestmark = pytest.mark.django_db


def test_passwords_are_kept_by_argon2_and_short_or_common_ones_refused() -> None:
    home = Community()
    assert Login.objects.get(public_id=home.staff.ref).password.startswith("argon2$argon2id$")
    for bad in ("short", "password1234", "newcomer@example", ""):
        with pytest.raises(errors.Invalid) as refused:
            create_staff.run(
                actor=OPERATOR,
                now=NOW,
                biller_id=home.id,
                new=NewStaff(email="newcomer@example.test", name="", role="viewer", password=bad),
            )
        assert refused.value.field == "password"
    assert not Login.objects.filter(email="newcomer@example.test").exists()


def test_a_login_that_exists_gets_a_role_and_keeps_its_password() -> None:
    home, other = Community(), Community("Oak Hill")
    email = Login.objects.get(public_id=home.staff.ref).email
    before = Login.objects.get(email=email).password
    new = NewStaff(email=email.upper(), name="", role=permissions.VIEWER, password="another long one")
    create_staff.run(actor=other.staff, now=NOW, biller_id=other.id, new=new)

    login = Login.objects.get(email=email)
    assert login.password == before
    actor = actor_flow.run(login=login, seen=SEEN, at_desk=True)
    assert set(actor.staff_biller_ids()) == {home.id, other.id}
    assert actor.may_as_staff(permissions.MANAGE_STAFF, biller_id=home.id)
    assert not actor.may_as_staff(permissions.MANAGE_STAFF, biller_id=other.id)


def test_staff_are_added_by_administrators_of_that_biller_alone() -> None:
    home, other = Community(), Community("Oak Hill")
    new = NewStaff(email="x@example.test", name="", role=permissions.VIEWER, password=PASSWORD)
    for actor in (home.add_staff(permissions.BILLING), other.staff):
        with pytest.raises(errors.NotPermitted):
            create_staff.run(actor=actor, now=NOW, biller_id=home.id, new=new)
    assert not StaffRole.objects.filter(login__email="x@example.test").exists()


def test_every_role_may_do_what_a_lesser_one_may() -> None:
    viewer, billing, administrator = (
        permissions.of_role(role) for role in ("viewer", "billing", "administrator")
    )
    assert viewer < billing < administrator


def test_a_payer_takes_one_query_however_many_grants() -> None:
    home = Community()
    me = home.join(home.add_payer(), "many@example.test")
    login = Login.objects.get(email="many@example.test")
    with CaptureQueriesContext(connection) as queries:
        actor = actor_flow.run(login=login, seen=SEEN)

    assert len(queries) == 1
    assert actor == me
    assert actor.kind == ActorKind.PAYER
    assert actor.ip == "192.0.2.7"


def test_the_operator_lets_staff_back_in_and_nobody_else_does() -> None:
    home = Community()
    login = Login.objects.get(public_id=home.staff.ref)
    Authenticator.objects.create(user_id=login.pk, type=Authenticator.Type.TOTP, data={"secret": "x"})
    with pytest.raises(errors.NotPermitted):
        recover_staff.run(actor=home.staff, now=NOW, email=login.email, password=PASSWORD)
    with pytest.raises(errors.NotFound):
        recover_staff.run(actor=OPERATOR, now=NOW, email="nobody@example.test", password=PASSWORD)
    assert identity_queries.has_second_factor(login_id=login.pk)

    recover_staff.run(actor=OPERATOR, now=NOW, email=login.email, password="a brand new secret")

    assert not identity_queries.has_second_factor(login_id=login.pk)
    assert Login.objects.get(pk=login.pk).check_password("a brand new secret")
    assert AuditEvent.objects.get(action="staff.recovered", object_ref=login.public_id).details == {
        "second_factors_removed": 1
    }


def test_who_is_invited_chooses_the_password_by_a_link_in_the_mail(client: Client) -> None:
    home = Community()
    new = NewStaff(email="new@example.test", name="Nia New", role=permissions.BILLING, is_invited=True)
    made = create_staff.run(actor=home.staff, now=NOW, biller_id=home.id, new=new)
    login = Login.objects.get(public_id=made.public_id)
    assert not login.has_usable_password()
    sent = Notice.objects.get(key="staff_invitation")
    link = str(secrecy.opened(key=sent.key, data=sent.data, public_id=sent.public_id)["link"])
    assert link.startswith("/accounts/password/reset/key/")
    assert link not in str(sent.data)
    form = client.get(link, follow=True)
    client.post(form.redirect_chain[-1][0], {"password1": PASSWORD, "password2": PASSWORD})
    login.refresh_from_db()
    assert login.check_password(PASSWORD)
    # Once: the same link chooses no other one.
    assert Client().get(link, follow=True).redirect_chain == []


def test_an_invited_login_that_exists_keeps_its_password() -> None:
    home, other = Community(), Community("Oak Hill")
    login = Login.objects.get(public_id=home.staff.ref)
    new = NewStaff(email=login.email, name="", role=permissions.VIEWER, is_invited=True)
    create_staff.run(actor=other.staff, now=NOW, biller_id=other.id, new=new)
    sent = Notice.objects.get(key="staff_invitation")
    assert (
        secrecy.opened(key=sent.key, data=sent.data, public_id=sent.public_id)["link"] == "/accounts/login/"
    )
    login.refresh_from_db()
    assert login.check_password(PASSWORD)
