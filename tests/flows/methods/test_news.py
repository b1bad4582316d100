"""What becomes of a saved method by itself: corrected by the bank, renewed by the network, expiring, shared."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from counterfoil.billers import operations as biller_operations, queries as biller_queries
from counterfoil.core import db, errors
from counterfoil.core.actor import OPERATOR, WORKER, Actor, ActorKind, PayerGrant
from counterfoil.flows.methods import change, forget, refresh, update_expiry, use_also, warn_expiring
from counterfoil.methods import queries as method_queries
from counterfoil.methods.queries import MethodRow
from counterfoil.payers import permissions
from tests.factories import later, people
from tests.factories.world import World
from tests.flows.methods.test_add import down

CORRECTED = "000333333335"


def row(ref: str) -> MethodRow:
    return method_queries.get(actor=OPERATOR, public_id=ref)


def token_of(ref: str) -> str:
    return method_queries.list_tokens(method_ids=[row(ref).id])[row(ref).id].token


def shown_expiry(ref: str) -> tuple[int | None, int | None]:
    return row(ref).exp_month, row(ref).exp_year


def renew(world: World, ref: str, month: int, year: int) -> None:
    """Let the network send out a new card behind the same token."""
    answer = world.sandbox.http.post(
        f"/v1/tokens/{token_of(ref)}/expiry",
        json={"exp_month": month, "exp_year": year},
        headers=world.sandbox.auth,
    )
    assert answer.status_code == 200


def test_a_banks_correction_reaches_the_method_by_its_token(world: World) -> None:
    ref = world.bank(CORRECTED)
    world.invoice()
    world.pay(ref)
    world.sandbox.wait(days=5)
    world.deliver()

    assert row(ref).last4 == "4446"
    [(cause, last4, _)] = method_queries.list_past(actor=OPERATOR, method_id=row(ref).id)
    assert (cause, last4) == ("corrected", "3335")
    assert later.told(world).count("method_changed") == 1
    # The token is the same: nothing is to be forgotten, and the next payment goes to the corrected account.
    assert forget.run(actor=WORKER, now=world.now) == 0
    world.invoice()
    assert world.pay(ref).method_last4 == "4446"


def test_a_card_the_network_replaced_keeps_working(world: World) -> None:
    ref = world.card()
    renew(world, ref, 3, 2045)
    connection_id = method_queries.list_tokens(method_ids=[row(ref).id])[row(ref).id].connection_id
    for _ in range(2):
        assert refresh.run(actor=WORKER, now=world.now, connection_id=connection_id, token=token_of(ref))
    assert shown_expiry(ref) == (3, 2045)
    assert later.told(world) == ["method_changed"]


def test_a_silent_gateway_is_asked_again(world: World) -> None:
    ref = world.card()
    connection_id = method_queries.list_tokens(method_ids=[row(ref).id])[row(ref).id].connection_id
    with down(world):
        assert not refresh.run(actor=WORKER, now=world.now, connection_id=connection_id, token=token_of(ref))
    assert refresh.run(actor=WORKER, now=world.now, connection_id=connection_id, token=token_of(ref))


def test_the_payer_changes_the_expiry_date_at_the_gateway(world: World) -> None:
    ref = world.card()
    update_expiry.run(actor=world.payer, now=world.now, ref=ref, month=4, year=2029)
    assert shown_expiry(ref) == (4, 2029)
    details = world.sandbox.get(f"/v1/tokens/{token_of(ref)}").json()
    assert (details["exp_month"], details["exp_year"]) == (4, 2029)
    assert later.told(world) == ["method_changed"]


@pytest.mark.parametrize(("month", "year"), [(13, 2029), (0, 2029), (10, 2026), (1, 2060), (1, 1999)])
def test_dates_that_cannot_be_are_refused(world: World, month: int, year: int) -> None:
    ref = world.card()
    with pytest.raises(errors.Invalid) as refusal:
        update_expiry.run(actor=world.payer, now=world.now, ref=ref, month=month, year=year)
    assert refusal.value.field == "expiry"
    assert shown_expiry(ref) == (12, 2040)


def test_a_bank_account_and_a_strangers_card_have_no_date_to_change(world: World) -> None:
    _, payer_id = world.add_resident("Howard Marsh")
    for who, ref in ((world.payer, world.bank()), (world.payer_actor(payer_id), world.card())):
        with pytest.raises(errors.NotFound):
            update_expiry.run(actor=who, now=world.now, ref=ref, month=4, year=2029)


def test_a_card_that_expires_soon_is_told_of_once_for_each_date(world: World) -> None:
    ref, other = world.card(), world.card("5555555555554444")
    update_expiry.run(actor=world.payer, now=world.now, ref=ref, month=12, year=2026)
    told = later.told(world)

    def warned() -> list[str]:
        warn_expiring.run(actor=WORKER, now=world.now)
        return later.told(world)[len(told) :]

    # The 30th day before December 31, 2026 is December 1.
    world.sandbox.time.now = datetime(2026, 11, 30, 18, tzinfo=UTC)
    assert warned() == []
    world.sandbox.time.now = datetime(2026, 12, 1, 11, tzinfo=UTC)  # five in the morning in Chicago
    assert warned() == []
    world.sandbox.time.now = datetime(2026, 12, 1, 18, tzinfo=UTC)
    assert warned() == ["method_expiring"]
    world.sandbox.wait(days=3)
    assert warned() == ["method_expiring"]
    assert row(other).exp_year == 2040

    update_expiry.run(actor=world.payer, now=world.now, ref=ref, month=1, year=2027)
    told = later.told(world)
    world.sandbox.time.now = datetime(2027, 1, 2, 18, tzinfo=UTC)
    assert warned() == ["method_expiring"]


def test_a_card_that_is_put_away_is_not_told_of(world: World) -> None:
    ref = world.card()
    update_expiry.run(actor=world.payer, now=world.now, ref=ref, month=12, year=2026)
    change.disable(actor=world.payer, now=world.now, ref=ref)
    world.sandbox.time.now = datetime(2026, 12, 5, 18, tzinfo=UTC)
    warn_expiring.run(actor=WORKER, now=world.now)
    assert "method_expiring" not in later.told(world)


def neighbor(world: World, *, same_merchant: bool) -> tuple[Actor, int]:
    """Make another biller, connected to the same merchant or to another, whose payer is the same person."""
    community = people.Community("Oak Hill")
    config = world.sandbox.config() | ({} if same_merchant else {"secret_key": "sk_of_oak_hill"})
    with db.transaction():
        biller_operations.connect(
            biller_id=community.id,
            new=biller_operations.NewConnection(
                gateway_key="sandbox", name="Sandbox", kinds=("bank", "card"), config=config
            ),
            now=world.now,
        )
    payer = community.add_payer("Eleanor Whitfield", account=community.add_account("Eleanor Whitfield"))
    grants = (*world.payer.payers, PayerGrant(payer.id, community.id, frozenset(permissions.ALL)))
    actor = Actor(kind=ActorKind.PAYER, ref=world.payer.ref, name="Eleanor", login_id=7, payers=grants)
    return actor, payer.id


def test_a_method_is_used_also_where_both_can_charge_its_token(world: World) -> None:
    ref = world.card()
    actor, payer_id = neighbor(world, same_merchant=True)
    offer = use_also.offered(actor=actor, now=world.now, payer_id=payer_id, kind="card")
    assert ([method.public_id for method in offer.methods], offer.apart) == ([ref], ())
    assert use_also.offered(actor=actor, now=world.now, payer_id=payer_id, kind="bank").methods == ()

    also = use_also.run(actor=actor, now=world.now, payer_id=payer_id, ref=ref)
    assert (row(also).payer_id, row(also).last4, row(also).nickname) == (
        payer_id,
        "4242",
        "Eleanor Whitfield",
    )
    assert use_also.offered(actor=actor, now=world.now, payer_id=payer_id, kind="card").methods == ()
    # What one biller no longer needs, the other still does: the token is not forgotten.
    change.delete(actor=actor, now=world.now, ref=ref)
    assert forget.run(actor=WORKER, now=world.now) == 0
    change.delete(actor=actor, now=world.now, ref=also)
    assert forget.run(actor=WORKER, now=world.now) == 2


def test_elsewhere_the_details_are_asked_again(world: World) -> None:
    ref = world.card()
    actor, payer_id = neighbor(world, same_merchant=False)
    offer = use_also.offered(actor=actor, now=world.now, payer_id=payer_id, kind="card")
    assert (offer.methods, offer.apart) == ((), ("Maple Court",))
    with pytest.raises(errors.NotFound):
        use_also.run(actor=actor, now=world.now, payer_id=payer_id, ref=ref)
    assert biller_queries.list_all()


def test_a_card_that_has_expired_is_not_used_elsewhere(world: World) -> None:
    ref = world.card()
    actor, payer_id = neighbor(world, same_merchant=True)
    update_expiry.run(actor=actor, now=world.now, ref=ref, month=12, year=2026)
    last = datetime(2027, 1, 1, 5, tzinfo=UTC)  # eleven at night on the last day, in Chicago
    assert use_also.offered(actor=actor, now=last, payer_id=payer_id, kind="card").methods
    later_on = last + timedelta(hours=2)
    assert use_also.offered(actor=actor, now=later_on, payer_id=payer_id, kind="card").methods == ()


def test_a_strangers_method_is_not_offered(world: World) -> None:
    ref = world.card()
    actor, payer_id = neighbor(world, same_merchant=True)
    alone = Actor(kind=ActorKind.PAYER, ref="lgn_x", name="Somebody", login_id=8, payers=actor.payers[-1:])
    assert use_also.offered(actor=alone, now=world.now, payer_id=payer_id, kind="card").methods == ()
    with pytest.raises(errors.NotFound):
        use_also.run(actor=alone, now=world.now, payer_id=payer_id, ref=ref)
