from __future__ import annotations

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from counterfoil.core import db, errors
from counterfoil.core.actor import OPERATOR
from counterfoil.identity import permissions
from counterfoil.payers import (
    access_queries as payer_access,
    operations as payer_operations,
    queries as payer_queries,
)
from counterfoil.payers.drafts import NewAccount, NewLink, NewPayer
from counterfoil.payers.models import AccountPayer
from tests.factories.people import NOW, Community, visitor

pytestmark = pytest.mark.django_db


def test_staff_see_their_billers_payers_see_their_own_and_nobody_else_anything() -> None:
    home, other = Community(), Community("Oak Hill")
    account, strange = home.add_account(), other.add_account()
    neighbor = home.add_account("Nora Neighbor")
    payer = home.add_payer(account=account)
    me = home.join(payer)

    for actor, seen in (
        (home.staff, {account.public_id, neighbor.public_id}),
        (other.staff, {strange.public_id}),
        (me, {account.public_id}),
        (visitor(), set()),
        (OPERATOR, {account.public_id, neighbor.public_id, strange.public_id}),
    ):
        found = payer_queries.list_accounts_by_ids(
            actor=actor, account_ids=[account.id, neighbor.id, strange.id]
        )
        assert {row.public_id for row in found} == seen
        for each in (account, neighbor, strange):
            if each.public_id in seen:
                assert payer_queries.get_account(actor=actor, public_id=each.public_id).id == each.id
            else:
                with pytest.raises(errors.NotFound):
                    payer_queries.get_account(actor=actor, public_id=each.public_id)
    assert [row.id for row in payer_queries.list_my_payers(actor=me)] == [payer.id]
    assert payer_queries.list_payers_by_ids(actor=other.staff, payer_ids=[payer.id]) == []


def test_a_person_who_is_staff_and_payer_is_what_the_interface_says() -> None:
    home = Community()
    mine, other = home.add_account(), home.add_account("Nora Neighbor")
    me = home.join(home.add_payer(account=mine), "both@example.test")
    at_desk = home.add_staff(permissions.BILLING, email="both@example.test")

    assert at_desk.login_id == me.login_id
    both = [mine.id, other.id]
    assert len(payer_queries.list_accounts_by_ids(actor=at_desk, account_ids=both)) == 2
    assert len(payer_queries.list_accounts_by_ids(actor=me, account_ids=both)) == 1


def test_lists_are_in_the_order_of_names_page_by_page_and_complete() -> None:
    home = Community()
    names = ["Zoe", "Åberg", "adams", "de Vries", "Miller", "Miller", "Ünal"]
    for number, name in enumerate(names):
        home.add_account(name, f"A-{number}")

    seen: list[str] = []
    after = None
    while True:
        page = payer_queries.list_accounts(actor=home.staff, biller_id=home.id, after=after, limit=2)
        assert len(page.rows) <= 2
        seen += [row.holder_name for row in page.rows]
        after = page.next
        if after is None:
            break

    assert seen == ["Åberg", "adams", "de Vries", "Miller", "Miller", "Ünal", "Zoe"]
    assert payer_queries.count_accounts(actor=home.staff, biller_id=home.id) == 7
    top = payer_queries.list_accounts(
        actor=home.staff, biller_id=home.id, after=payer_queries.read_cursor("no such mark"), limit=1
    )
    assert top.rows[0].holder_name == "Åberg"


def test_search_finds_parts_of_names_beginnings_of_numbers_and_of_addresses() -> None:
    home = Community()
    account = home.add_account("Eleanor Núñez", "MC-1042")
    home.add_account("Somebody Else", "XX-9")
    payer = home.add_payer("Daniel Núñez", email="daniel@example.test")

    for search in ("nunez", "NÚÑ", "MC-10", "eleanor n"):
        found = payer_queries.list_accounts(actor=home.staff, biller_id=home.id, search=search)
        assert [row.id for row in found.rows] == [account.id]
    for search in ("nunez", "daniel@"):
        listed = payer_queries.list_payers(actor=home.staff, biller_id=home.id, search=search)
        assert [row.id for row in listed.rows] == [payer.id]
    assert payer_queries.count_payers(actor=home.staff, biller_id=home.id, search="100%") == 0


def test_the_access_list_takes_as_many_queries_for_one_as_for_twenty() -> None:
    home = Community()
    home.join(home.add_payer("Aaron First"))
    home.invite(home.add_payer("Betty Second"))
    with CaptureQueriesContext(connection) as few:
        payer_access.list_access(actor=home.staff, biller_id=home.id)
    for number in range(18):
        home.invite(home.add_payer(f"Person {number:02}"))
    with CaptureQueriesContext(connection) as many:
        page = payer_access.list_access(actor=home.staff, biller_id=home.id)

    assert len(many) == len(few) == 3
    assert len(page.rows) == 20
    first, second = page.rows[0], page.rows[1]
    assert len(first.accesses) == 1
    assert first.invitation is not None
    assert first.invitation.state(NOW) == "used"
    assert second.accesses == ()
    assert second.invitation is not None
    assert second.invitation.state(NOW) == "pending"


def test_profiles_and_maps_are_for_staff() -> None:
    home = Community()
    me = home.join(home.add_payer(account=home.add_account()))

    assert [row.key for row in payer_access.list_profiles(actor=home.staff, biller_id=home.id)] == [
        "billing",
        "see-only",
        "pay-only",
        "no-billing",
    ]
    with pytest.raises(errors.NotPermitted):
        payer_access.list_profiles(actor=me, biller_id=home.id)
    with pytest.raises(errors.NotPermitted):
        payer_queries.map_default_payers(actor=me, biller_id=home.id, account_ids=[])
    with pytest.raises(errors.NotFound):
        payer_access.get_profile(actor=home.staff, biller_id=home.id, key="everything")


def test_the_database_itself_lets_no_row_point_across_billers() -> None:
    home, other = Community(), Community("Oak Hill")
    account, strange = home.add_account(), other.add_payer()

    with pytest.raises(IntegrityError, match="payers_accountpayer_payer_id_wall"), db.transaction():
        AccountPayer.objects.create(biller_id=home.id, account_id=account.id, payer_id=strange.id)


def test_an_import_makes_thousands_in_a_few_statements() -> None:
    home = Community()
    count = 2_500
    with CaptureQueriesContext(connection) as queries, db.transaction():
        accounts = payer_operations.create_accounts(
            biller_id=home.id,
            new=[NewAccount(number=f"B-{i:05}", holder_name=f"Holder {i}") for i in range(count)],
            now=NOW,
        )
        payers = payer_operations.create_payers(
            biller_id=home.id, new=[NewPayer(name=f"Holder {i}") for i in range(count)], now=NOW
        )
        payer_operations.link_many(
            biller_id=home.id,
            new=[
                NewLink(account_id=accounts[f"B-{i:05}"], payer_id=payers[i], relation="resident")
                for i in range(count)
            ],
        )

    assert len([q for q in queries if q["sql"].startswith("INSERT")]) == 9
    numbers = [f"B-{i:05}" for i in range(count)]
    mapped = payer_queries.map_account_numbers(actor=home.staff, biller_id=home.id, numbers=numbers)
    assert mapped == accounts
    defaults = payer_queries.map_default_payers(
        actor=home.staff, biller_id=home.id, account_ids=list(accounts.values())
    )
    assert defaults == {accounts[number]: payers[i] for i, number in enumerate(numbers)}
