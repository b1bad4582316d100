"""Several accounts and billers in one sitting: one review, one payment for each account, told honestly."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

import pytest
from django.test import Client

from counterfoil.core import clock, db
from counterfoil.core.actor import OPERATOR, WORKER
from counterfoil.flows.payers import accept_invitation, invite
from counterfoil.flows.payers.invite import Invite
from counterfoil.gateways.sandbox import client as sandbox_client
from counterfoil.invoices.drafts import NewLine
from counterfoil.payers import operations as payer_operations, queries as payer_queries
from counterfoil.payers.drafts import NewLink
from counterfoil.payments import queries as payment_queries
from counterfoil.portal.views import paying
from counterfoil_sandbox import store
from tests.factories import people, sandbox as sandboxes
from tests.factories.world import World
from tests.portal.conftest import Joins
from tests.portal.test_pay import expire, pay_url, verify
from tests.portal.test_schedules import schedule, statuses as set_for_later

pytestmark = pytest.mark.django_db
START = "/billing/pay/"


@dataclass
class Two:
    """One login that pays for two residents: Eleanor at Maple Court, and somebody else."""

    world: World
    client: Client
    names: list[str]
    method: str

    def pick(self, account_id: int, payer_id: int) -> str:
        [payer] = payer_queries.list_payers_by_ids(actor=OPERATOR, payer_ids=[payer_id])
        [account] = payer_queries.list_accounts_by_ids(actor=OPERATOR, account_ids=[account_id])
        return f"pick_{payer.public_id}_{account.public_id}"

    def amount(self, at: int) -> str:
        return self.names[at].replace("pick_", "amount_")

    @property
    def method_name(self) -> str:
        [payer] = payer_queries.list_payers_by_ids(actor=OPERATOR, payer_ids=[self.world.payer_id])
        return f"method_{payer.public_id}"

    def verify(self, **given: str) -> tuple[str, dict[str, str]]:
        answer = self.client.post(START, given)
        assert answer.status_code == 302, answer.content
        address = answer.headers["Location"]
        return address, seen_on(self.client.get(address).content.decode())


def seen_on(page: str) -> dict[str, str]:
    return dict(re.findall(r'name="(seen_\w+)" value="(\w+)"', page))


def statuses(*account_ids: int) -> list[list[str]]:
    return [
        [row.public_status for row in payment_queries.list_page(actor=WORKER, account_id=account_id).rows]
        for account_id in account_ids
    ]


@pytest.fixture
def rose(world: World) -> int:
    """A second resident whom the same payer pays for; her account."""
    account_id, _ = world.add_resident("Rose Kim")
    with db.transaction():
        payer_operations.link_many(
            biller_id=world.biller_id,
            new=[NewLink(account_id=account_id, payer_id=world.payer_id, is_default=False)],
        )
    world.invoice(NewLine("Rent", 100_000), account_id=account_id)
    return account_id


@pytest.fixture
def two(world: World, ruth: Client, rose: int) -> Two:
    world.invoice()
    both = Two(world, ruth, [], world.card())
    both.names = [both.pick(world.account_id, world.payer_id), both.pick(rose, world.payer_id)]
    return both


def test_two_accounts_are_one_review_and_two_payments(two: Two, rose: int) -> None:
    address, seen = two.verify(**dict.fromkeys(two.names, "on"), **{two.method_name: two.method})
    page = two.client.get(address).content.decode()
    assert "You pay, in 2 payments" in page
    assert "$4,200.00" in page
    assert page.count("Authorization agreement") == 2
    assert len(seen) == 2

    first = two.client.post(address, seen)
    second = two.client.post(address, seen)
    assert first.headers["Location"] == second.headers["Location"]
    assert statuses(two.world.account_id, rose) == [["Paid"], ["Paid"]]
    done = two.client.get(first.headers["Location"]).content.decode()
    assert "Your payments were submitted" in done
    assert done.count("Download Receipt") == 2
    # Back leads to what became of them, not to a second try.
    assert two.client.get(address).headers["Location"] == first.headers["Location"]


def test_each_payment_has_its_own_fee_and_the_whole_says_what_is_fees(two: Two, rose: int) -> None:
    two.world.set_payments(card_fee_minor=295)
    assert "Fee $2.95" in two.client.get(START).content.decode()
    address, seen = two.verify(**dict.fromkeys(two.names, "on"), **{two.method_name: two.method})
    page = html.unescape(two.client.get(address).content.decode())
    for figure in ("$4,205.90", "With fees of $5.90", "$3,202.95", "$1,002.95"):
        assert figure in page, figure
    two.world.set_payments(card_fee_minor=100)
    again = html.unescape(two.client.post(address, seen).content.decode())
    assert "The fee for this payment is now $1.00." in again
    assert statuses(two.world.account_id, rose) == [[], []]
    two.client.post(address, seen_on(again))
    [[one], [other]] = [
        payment_queries.list_page(actor=WORKER, account_id=each).rows for each in (two.world.account_id, rose)
    ]
    assert (one.fee_minor, other.fee_minor) == (100, 100)


def test_one_that_changed_is_asked_again_and_the_other_is_paid(two: Two, rose: int) -> None:
    address, seen = two.verify(**dict.fromkeys(two.names, "on"), **{two.method_name: two.method})
    two.world.invoice(NewLine("Salon", 5_000), account_id=rose)
    answer = two.client.post(address, seen)
    page = answer.content.decode()

    assert answer.status_code == 200
    assert "Not every payment was sent" in page
    assert "Something changed since you checked this payment" in page
    assert "Sent already" in page
    assert "$1,050.00" in page
    assert statuses(two.world.account_id, rose) == [["Paid"], []]
    two.client.post(address, seen_on(page))
    assert statuses(two.world.account_id, rose) == [["Paid"], ["Paid"]]


def test_a_declined_one_is_told_beside_the_one_that_went_through(two: Two, rose: int) -> None:
    bad = two.world.card("4000000000009995")
    address, seen = two.verify(**dict.fromkeys(two.names, "on"), **{two.method_name: bad})
    page = two.client.post(address, seen, follow=True).content.decode()

    assert statuses(two.world.account_id, rose) == [["Declined"], ["Declined"]]
    assert "Not every payment went through" in page
    assert "not enough money available" in page


def test_what_is_set_for_later_already_is_asked_about_and_canceled(two: Two, world: World) -> None:
    world.set_portal(schedule_payment=True)
    schedule(world, two.client, two.method)
    address, seen = two.verify(**{two.names[0]: "on", two.method_name: two.method})
    page = two.client.get(address).content.decode()
    name = next(iter(seen)).removeprefix("seen_")
    refs = re.findall(rf'name="set_{name}" value="(\w+)"', page)
    asked = two.client.post(address, seen | {f"set_{name}": refs}).content.decode()
    assert "Choose what becomes of the payment that is already set." in asked
    assert statuses(world.account_id) == [[]]
    two.client.post(address, seen | {f"set_{name}": refs, f"already_{name}": "cancel"})
    assert statuses(world.account_id) == [["Paid"]]
    assert set_for_later(world) == ["Canceled"]


def test_what_nobody_ticked_is_not_paid(two: Two, rose: int) -> None:
    address, seen = two.verify(**{two.names[1]: "on", two.method_name: two.method})
    two.client.post(address, seen)
    assert statuses(two.world.account_id, rose) == [[], ["Paid"]]


def test_step_one_says_what_is_missing(two: Two) -> None:
    nothing = two.client.post(START, {two.method_name: two.method}).content.decode()
    assert "Choose at least one bill to pay." in nothing
    without = html.unescape(two.client.post(START, {two.names[0]: "on"}).content.decode())
    assert "Choose how you want to pay Maple Court." in without


def test_changes_are_made_with_everything_kept(two: Two) -> None:
    address, _ = two.verify(**{two.names[1]: "on", two.method_name: two.method})
    back = two.client.post(address, {"step": "change"}, follow=True).content.decode()
    ticked = {name: "checked" in tag for name, tag in re.findall(r'name="(pick_\w+)"([^>]*)>', back)}
    assert ticked == {two.names[0]: False, two.names[1]: True}


def test_somebody_elses_sitting_is_not_good(two: Two, world: World, join: Joins) -> None:
    address, seen = two.verify(**dict.fromkeys(two.names, "on"), **{two.method_name: two.method})
    _, payer_id = world.add_resident("Nora Neighbor")
    stranger = join(payer_id, email="tom@example.test")

    assert stranger.get(address).headers["Location"] == START
    assert stranger.post(address, seen).headers["Location"] == START
    assert statuses(world.account_id) == [[]]


def test_two_billers_are_paid_in_one_sitting(world: World, ruth: Client, base_store: store.Store) -> None:
    world.invoice()
    practice = sandboxes.practice(base_store)
    practice.time.now = clock.now()
    other = World(practice)
    other.invoice(NewLine("Rent", 50_000))
    [theirs] = payer_queries.list_payers_by_ids(actor=OPERATOR, payer_ids=[other.payer_id])
    wanted = Invite(
        payer_ref=theirs.public_id, email="ruth@example.test", profile_key="billing", may_see_confirmed=True
    )
    sent = invite.run(actor=OPERATOR, now=clock.now(), invite=wanted)
    accept_invitation.run(actor=world.payer, now=clock.now(), secret=people.secret_of(sent))
    both = Two(world, ruth, [], world.card())
    elsewhere = other.card()
    both.names = [both.pick(world.account_id, world.payer_id), both.pick(other.account_id, other.payer_id)]
    given = {both.method_name: both.method, f"method_{theirs.public_id}": elsewhere}
    address, seen = both.verify(**dict.fromkeys(both.names, "on"), **given)
    both.client.post(address, seen)

    assert statuses(world.account_id, other.account_id) == [["Paid"], ["Paid"]]
    sandbox_client.mount(base_url=other.sandbox.base_url, transport=None)


def test_pay_ahead_where_nothing_is_outstanding(world: World, ruth: Client) -> None:
    assert "Pay Ahead" in ruth.get("/billing/invoices/").content.decode()
    url = pay_url(world)
    assert "Nothing is outstanding. You can still pay ahead." in ruth.get(url).content.decode()
    given = {"mode": "ahead", "method": world.card()}
    assert "Enter an amount." in ruth.post(url, given | {"ahead": ""}).content.decode()
    address = ruth.post(url, given | {"ahead": "$250"}).headers["Location"]
    page = ruth.get(address).content.decode()
    assert "Credit for the next invoice" in page
    seen = re.findall(r'name="seen" value="(\w+)"', page)[0]
    ruth.post(address, {"seen": seen})

    assert statuses(world.account_id) == [["Paid"]]
    assert "$250.00" in ruth.get("/billing/invoices/").content.decode()
    world.invoice()
    assert world.outstanding == 295_000


def test_no_paying_ahead_where_the_biller_takes_none(world: World, ruth: Client) -> None:
    world.set_portal(prepayment_allowed=False)
    assert "Pay Ahead" not in ruth.get("/billing/invoices/").content.decode()
    page = ruth.get(pay_url(world)).content.decode()
    assert "Nothing is left to pay" in page


def test_leaving_the_window_ends_the_claim(world: World, ruth: Client, join: Joins) -> None:
    world.invoice()
    other = join(world.payer_id, email="sam@example.test")
    address, _ = verify(world, ruth, method=world.card())
    left = re.findall(r'data-portal-leave="([^"]+)"', ruth.get(address).content.decode())[0]
    theirs, _ = verify(world, other, method=world.card())
    assert "is paying this right now" in other.get(theirs).content.decode()
    assert ruth.post(left).status_code == 204
    assert "is paying this right now" not in other.get(theirs).content.decode()
    assert ruth.get(left).headers["Location"] == "/billing/invoices/"


def test_more_invoices_than_a_form_can_list_are_said(
    world: World, ruth: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paying, "MOST_LISTED", 2)
    for _ in range(3):
        world.invoice(NewLine("Rent", 100))
    page = ruth.get(pay_url(world)).content.decode()
    assert "Not every invoice is listed" in page
    assert "These are the 2 invoices that are due first." in page


def test_who_meant_to_pay_what_is_paid_is_not_asked_to_pay_ahead(world: World, ruth: Client) -> None:
    page = ruth.post(pay_url(world), {"mode": "outstanding", "method": world.card()}).content.decode()
    assert "Nothing is left to pay" in page
    assert "Pay Ahead" not in page


def test_an_expired_card_is_shown_with_its_biller_and_cannot_be_chosen(two: Two, rose: int) -> None:
    bank = two.world.bank()
    expire(two.method, two.world)
    page = two.client.get(START).content.decode()
    assert f'value="{bank}"' in page
    assert f'value="{two.method}"' not in page
    assert ">Expired<" in page
    renew = two.client.post(START, {two.names[0]: "on", "add": f"renew:{two.method}"})
    assert renew.headers["Location"].startswith(f"/billing/methods/{two.method}/edit/?back=")
    answer = two.client.post(START, {two.names[0]: "on", two.method_name: two.method})
    assert b"This payment method cannot be used now. Choose another one." in answer.content
    assert statuses(two.world.account_id, rose) == [[], []]


# -- Other amounts than what is outstanding ---------------------------------------------------------------------------


def typed(two: Two, *amounts: str) -> dict[str, str]:
    named = {two.amount(at): amount for at, amount in enumerate(amounts)}
    return {**dict.fromkeys(two.names, "on"), two.method_name: two.method, **named}


def test_the_amount_of_each_can_be_lowered_and_raised(two: Two, rose: int) -> None:
    page = two.client.get(START).content.decode()
    assert re.search(rf'name="{two.amount(0)}" value="3200.00"', page)
    older = two.world.invoice(NewLine("Salon", 5_000), due_in=2)
    address, seen = two.verify(**typed(two, "$1,250", "1,100.00"))
    shown = two.client.get(address).content.decode()
    assert "$2,350.00" in shown
    assert "Credit for the next invoice" in shown
    two.client.post(address, seen)

    assert statuses(two.world.account_id, rose) == [["Paid"], ["Paid"]]
    [lowered] = payment_queries.list_page(actor=WORKER, account_id=two.world.account_id).rows
    shares = payment_queries.list_shares(actor=WORKER, payment_ids=[lowered.id])[lowered.id]
    # The oldest due first, and a part of the next.
    assert [share.amount_minor for share in shares] == [5_000, 120_000]
    assert shares[0].invoice_public_id == older.public_id
    [raised] = payment_queries.list_page(actor=WORKER, account_id=rose).rows
    assert raised.amount_minor == 110_000
    assert (
        sum(
            s.amount_minor
            for s in payment_queries.list_shares(actor=WORKER, payment_ids=[raised.id])[raised.id]
        )
        == 100_000
    )


@pytest.mark.parametrize(
    ("amount", "portal", "said"),
    [
        ("", {}, "Enter an amount."),
        ("soon", {}, "Enter an amount in dollars and cents"),
        ("0", {}, "Enter an amount above zero."),
        ("1000.01", {"prepayment_allowed": False}, "Enter $1,000.00 or less."),
        ("999.99", {"partial_payment_allowed": False}, "Here everything is paid at once: $1,000.00."),
    ],
)
def test_an_amount_that_will_not_do_is_said_beside_its_field(
    two: Two, rose: int, amount: str, portal: dict[str, bool], said: str
) -> None:
    two.world.set_portal(**portal)
    answer = two.client.post(START, typed(two, "3200", amount))
    page = html.unescape(answer.content.decode())
    assert answer.status_code == 200
    assert said in page
    # Nothing typed is lost, and the other one is right.
    assert f'name="{two.amount(0)}" value="3200"' in page
    assert page.count("pay-bad") == 1
    if amount:
        assert f'name="{two.amount(1)}" value="{amount}"' in page
    # What is not ticked is not judged.
    only = typed(two, "3200", amount)
    del only[two.names[1]]
    assert two.client.post(START, only).status_code == 302


def test_make_changes_keeps_the_amounts(two: Two) -> None:
    address, _seen = two.verify(**typed(two, "1250", "1000"))
    back = two.client.post(address, {"step": "change"}).headers["Location"]
    page = two.client.get(back).content.decode()
    assert f'name="{two.amount(0)}" value="1250.00"' in page
    assert f'name="{two.amount(1)}" value="1000.00"' in page


def test_an_amount_is_not_paid_twice_where_somebody_else_was_first(two: Two, rose: int) -> None:
    address, seen = two.verify(**typed(two, "1250", "1000"))
    two.world.pay(two.world.card(), [])
    answer = two.client.post(address, seen)
    assert answer.status_code == 200
    page = html.unescape(answer.content.decode())
    assert "Not every payment was sent" in page
    assert statuses(two.world.account_id, rose) == [["Paid"], ["Paid"]]


def test_parts_of_several_are_not_paid_twice_from_two_windows(two: Two, rose: int) -> None:
    """Other amounts than what is outstanding, looked at twice: the second time says what was paid."""
    one, seen = two.verify(**typed(two, "1250", "700"))
    other, looked = two.verify(**typed(two, "1250", "700"))
    two.client.post(one, seen)
    page = two.client.post(other, looked).content.decode()
    assert "Nothing was paid" in page
    assert "$1,250.00 was paid with this method 1 minute ago." in page
    assert statuses(two.world.account_id, rose) == [["Paid"], ["Paid"]]
