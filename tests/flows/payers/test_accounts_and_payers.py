from __future__ import annotations

import pytest

from counterfoil.audit.models import AuditEvent
from counterfoil.core import errors
from counterfoil.flows.payers import create_account, create_payer, link
from counterfoil.identity import permissions
from counterfoil.payers import queries as payer_queries
from counterfoil.payers.drafts import NewAccount, NewLink, NewPayer
from counterfoil.payers.models import BillingAccount, Payer
from tests.factories.people import NOW, Community

pytestmark = pytest.mark.django_db


def test_an_account_is_opened_once_for_each_number() -> None:
    home, other = Community(), Community("Oak Hill")
    account = home.add_account("Eleanor Whitfield", "MC-1")

    assert account.standing == "active"
    assert AuditEvent.objects.get(object_ref=account.public_id).action == "account.created"
    with pytest.raises(errors.Invalid) as refused:
        home.add_account("Somebody", "MC-1")
    assert refused.value.field == "number"
    assert other.add_account("Somebody", "MC-1").number == "MC-1"


def test_roles_without_the_permission_change_nothing() -> None:
    home, other = Community(), Community("Oak Hill")
    viewer = home.add_staff(permissions.VIEWER)
    before = BillingAccount.objects.count(), Payer.objects.count()

    for actor in (viewer, other.staff):
        with pytest.raises(errors.NotPermitted):
            create_account.run(
                actor=actor, now=NOW, biller_id=home.id, new=NewAccount(number="1", holder_name="A")
            )
        with pytest.raises(errors.NotPermitted):
            create_payer.run(actor=actor, now=NOW, biller_id=home.id, new=NewPayer(name="A"))

    assert (BillingAccount.objects.count(), Payer.objects.count()) == before


def test_the_last_one_linked_as_default_is_the_default() -> None:
    home = Community()
    account = home.add_account()
    first, second = home.add_payer("First", account=account), home.add_payer("Second", account=account)

    links = payer_queries.list_account_payers(actor=home.staff, account_id=account.id)
    assert [(row.payer.id, row.is_default) for row in links] == [(second.id, True), (first.id, False)]
    with pytest.raises(errors.Invalid):
        link.run(actor=home.staff, now=NOW, new=NewLink(account_id=account.id, payer_id=first.id))


def test_payers_of_another_biller_are_not_there() -> None:
    home, other = Community(), Community("Oak Hill")
    account, strange = home.add_account(), other.add_payer()

    for actor in (home.staff, other.staff):
        with pytest.raises(errors.NotFound):
            link.run(actor=actor, now=NOW, new=NewLink(account_id=account.id, payer_id=strange.id))


@pytest.mark.parametrize("email", ["daniel", "daniel@", "a b@example.test"])
def test_what_is_no_address_is_refused(email: str) -> None:
    home = Community()
    with pytest.raises(errors.Invalid) as refused:
        home.add_payer(email=email)
    assert refused.value.field == "email"
