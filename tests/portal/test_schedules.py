"""Autopay & Schedules through its addresses: set, changed, canceled, asked about; and only one's own."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest
from django.test import Client

from counterfoil.core.actor import OPERATOR, WORKER
from counterfoil.invoices.drafts import NewLine
from counterfoil.payers import queries as payer_queries
from counterfoil.payments import queries as payment_queries
from counterfoil.schedules import queries as schedule_queries
from counterfoil.schedules.models import Scheduled
from counterfoil.ui import formats
from tests.factories.world import World
from tests.portal.conftest import Joins
from tests.portal.test_pay import expire, pay_url

pytestmark = pytest.mark.django_db
TAB = "/billing/schedules/"


def seen(page: str) -> str:
    return str(re.findall(r'name="seen" value="(\w+)"', page)[0])


def text(client: Client, address: str) -> str:
    return html.unescape(client.get(address).content.decode())


def statuses(world: World) -> list[str]:
    rows = schedule_queries.list_scheduled(actor=WORKER, payer_ids=[world.payer_id], only_open=False)
    return sorted(row.public_status for row in rows)


def payments(world: World) -> list[str]:
    return [
        row.public_status for row in payment_queries.list_page(actor=WORKER, account_id=world.account_id).rows
    ]


@pytest.fixture
def later(world: World) -> World:
    world.set_portal(schedule_payment=True)
    world.invoice()
    return world


def schedule(world: World, client: Client, method: str, in_days: int = 9) -> str:
    day = world.today + timedelta(days=in_days)
    given = {"mode": "outstanding", "method": method, "later": "on", "pay_on": day.isoformat()}
    answer = client.post(pay_url(world), given)
    assert answer.status_code == 302, answer.content
    address = answer.headers["Location"]
    page = client.get(address).content.decode()
    assert "Schedule Payment" in page, page
    done = client.post(address, {"seen": seen(page)})
    assert done.status_code == 302, done.content
    assert client.get(address).headers["Location"] == done.headers["Location"].split("?")[0]
    return done.headers["Location"].split("?")[0]


def test_a_payment_is_set_for_later_and_canceled(later: World, ruth: Client) -> None:
    here = schedule(later, ruth, later.card())
    assert "Your payment is scheduled" in text(ruth, f"{here}?step=3")
    assert statuses(later) == ["Scheduled"]
    assert payments(later) == []
    listed = text(ruth, TAB)
    assert "$3,200.00" in listed
    assert "You can change or cancel it until" in listed
    assert re.search(r"\d:\d\d [AP]M C[SD]T", listed)
    assert "$3,200.00 is set for" in text(ruth, "/billing/invoices/")

    assert "Cancel $3,200.00 set for" in text(ruth, f"{here}cancel/")
    for _ in range(2):
        assert ruth.post(f"{here}cancel/").headers["Location"] == TAB
    assert statuses(later) == ["Canceled"]
    assert "Nothing is set for later" in text(ruth, TAB)


def test_a_scheduled_payment_gets_another_day(later: World, ruth: Client) -> None:
    here = schedule(later, ruth, later.card())
    change = re.findall(r'href="([^"]+kept=[^"]+)"', text(ruth, TAB))[0]
    page = text(ruth, change)
    day = (later.today + timedelta(days=16)).isoformat()
    assert 'name="later"' in page
    given = {"mode": "outstanding", "method": later.card(), "later": "on", "pay_on": day}
    review = ruth.post(change, given).headers["Location"]
    shown = text(ruth, review)
    assert "Save Changes" in shown
    assert ruth.post(review, {"seen": seen(shown)}).headers["Location"].startswith(here)
    [row] = schedule_queries.list_scheduled(actor=WORKER, payer_ids=[later.payer_id])
    assert row.run_on.isoformat() >= day


@pytest.mark.parametrize(
    ("day", "said"),
    [("", "Choose the day of the payment."), ("soon", "Enter a day, such as"), ("2020-01-01", "or later.")],
)
def test_a_day_that_will_not_do_is_said_beside_the_field(
    later: World, ruth: Client, day: str, said: str
) -> None:
    given = {"mode": "outstanding", "method": later.card(), "later": "on", "pay_on": day}
    page = html.unescape(ruth.post(pay_url(later), given, follow=True).content.decode())
    assert said in page
    assert statuses(later) == []


def test_paying_now_what_is_set_asks_first_and_cancels_it(later: World, ruth: Client) -> None:
    card = later.card()
    schedule(later, ruth, card)
    address = ruth.post(pay_url(later), {"mode": "outstanding", "method": card}).headers["Location"]
    asked = text(ruth, address)
    assert "A payment is already set for this" in asked
    ref = re.findall(r'name="ref" value="(\w+)"', asked)[0]
    address = ruth.post(address, {"step": "cancel", "ref": ref}).headers["Location"]
    review = text(ruth, address)
    assert "This replaces what is set" in review
    assert statuses(later) == ["Scheduled"]
    ruth.post(address, {"seen": seen(review)})
    assert payments(later) == ["Paid"]
    assert statuses(later) == ["Canceled"]


def test_a_declined_payment_cancels_nothing(later: World, ruth: Client) -> None:
    schedule(later, ruth, later.card())
    bad = later.card("4000000000009995")
    address = ruth.post(pay_url(later), {"mode": "outstanding", "method": bad}).headers["Location"]
    ref = re.findall(r'name="ref" value="(\w+)"', text(ruth, address))[0]
    address = ruth.post(address, {"step": "cancel", "ref": ref}).headers["Location"]
    page = ruth.post(address, {"seen": seen(text(ruth, address))}, follow=True).content.decode()
    assert payments(later) == ["Declined"]
    assert statuses(later) == ["Scheduled"]
    assert "stays: this one is not through" in page


def test_both_can_be_kept(later: World, ruth: Client) -> None:
    card = later.card()
    schedule(later, ruth, card)
    address = ruth.post(pay_url(later), {"mode": "outstanding", "method": card}).headers["Location"]
    address = ruth.post(address, {"step": "keep"}).headers["Location"]
    ruth.post(address, {"seen": seen(text(ruth, address))})
    assert payments(later) == ["Paid"]
    assert statuses(later) == ["Scheduled"]


def test_later_is_offered_only_where_the_biller_and_the_profile_do(
    world: World, ruth: Client, join: Joins
) -> None:
    world.invoice()
    world.card()
    assert "Pay on a later date" not in text(ruth, pay_url(world))
    world.set_portal(schedule_payment=True)
    assert "Pay on a later date" in text(ruth, pay_url(world))
    other = join(world.payer_id, email="eve@example.test", profile="pay-only")
    assert "Pay on a later date" not in text(other, pay_url(world))


# -- Autopay ---------------------------------------------------------------------------------------------------------


def terms_url(world: World) -> str:
    [payer] = payer_queries.list_payers_by_ids(actor=OPERATOR, payer_ids=[world.payer_id])
    return f"{TAB}autopay/{payer.public_id}/terms/"


def account_ref(world: World) -> str:
    [account] = payer_queries.list_accounts_by_ids(actor=OPERATOR, account_ids=[world.account_id])
    return account.public_id


def start(world: World, client: Client, **given: str) -> str:
    told = {"account": account_ref(world), "rule": "full", "day_rule": "due_date", "tell_rule": "every"}
    answer = client.post(terms_url(world), told | given)
    assert answer.status_code == 302, answer.content
    address = answer.headers["Location"]
    page = text(client, address)
    assert "Authorization agreement" in page
    assert "First payment" in page
    done = client.post(address, {"seen": seen(page)})
    assert done.status_code == 302, done.content
    assert client.post(address, {"seen": seen(page)}).headers["Location"] == done.headers["Location"]
    return done.headers["Location"].split("?")[0]


def test_autopay_is_started_and_canceled_with_a_number(world: World, ruth: Client) -> None:
    world.invoice(due_in=20)
    assert "Autopay is not on" in text(ruth, TAB)
    here = start(world, ruth, method=world.bank())
    assert "Autopay is on" in text(ruth, f"{here}?done=on")
    tab = text(ruth, TAB)
    assert "Full balance. On the due date of each bill." in tab
    assert "$3,200.00" in tab
    assert "Start Autopay" not in tab

    cancel = re.findall(r'href="([^"]+/cancel/)"', tab)[0]
    assert "You get a confirmation number." in text(ruth, cancel)
    done = ruth.post(cancel).headers["Location"]
    number = re.findall(r'<strong class="num">([\w-]+)</strong>', text(ruth, done))[0]
    assert len(number) > 5
    assert "Autopay is canceled" in text(ruth, done)
    assert number in text(ruth, ruth.post(cancel).headers["Location"])
    assert set(statuses(world)) <= {"Canceled"}


def test_autopay_is_skipped_once_paused_and_resumed(world: World, ruth: Client) -> None:
    world.invoice(due_in=20)
    here = start(world, ruth, method=world.card())
    assert "is not taken" in text(ruth, f"{here}skip/")
    planned = re.findall(r'name="scheduled" value="(\w+)"', text(ruth, f"{here}skip/"))
    for _ in range(2):
        ruth.post(f"{here}skip/", {"scheduled": planned[0]} if planned else {})
    assert "Skipped" in statuses(world) or "is skipped" in text(ruth, here)
    ruth.post(f"{here}pause/")
    assert "You paused it." in text(ruth, here)
    ruth.post(f"{here}resume/")
    assert "You paused it." not in text(ruth, here)


def test_autopay_is_changed_under_a_new_agreement(world: World, ruth: Client) -> None:
    world.invoice(due_in=20)
    card = world.card()
    here = start(world, ruth, method=card)
    change = re.findall(r'href="([^"]+/terms/\?kept=[^"]+)"', text(ruth, here))[0]
    page = text(ruth, change)
    assert "Change Autopay" in page
    told = {"account": account_ref(world), "method": card, "rule": "capped", "cap": "$4,000"}
    told |= {"day_rule": "day_of_month", "day": "5", "tell_rule": "range", "tell_above": "3500"}
    review = ruth.post(change, told).headers["Location"]
    shown = text(ruth, review)
    assert "Full balance, up to $4,000.00" in shown
    assert ruth.post(review, {"seen": seen(shown)}).headers["Location"] == f"{here}?done=changed"
    assert "On day 5 of each month" in text(ruth, here)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"rule": "fixed", "fixed": ""}, "Enter an amount."),
        ({"rule": "fixed", "fixed": "0"}, "Enter an amount above zero."),
        ({"tell_rule": "range"}, "Enter above which amount you want to be told."),
        ({"rule": ""}, "Choose how much autopay may take."),
        ({"method": ""}, "Choose how you want to pay."),
    ],
)
def test_autopay_says_what_is_wrong_beside_the_field(
    world: World, ruth: Client, given: dict[str, str], said: str
) -> None:
    told = {"account": account_ref(world), "method": world.card(), "rule": "full", "day_rule": "due_date"}
    answer = ruth.post(terms_url(world), told | {"tell_rule": "every"} | given, follow=True)
    assert said in html.unescape(answer.content.decode())
    assert schedule_queries.list_enrollments(actor=WORKER, payer_ids=[world.payer_id]) == []


def test_a_profile_without_autopay_sees_but_does_not_touch(world: World, ruth: Client, join: Joins) -> None:
    world.invoice(NewLine("Rent", 50_000), due_in=20)
    here = start(world, ruth, method=world.card())
    other = join(world.payer_id, email="eve@example.test", profile="see-only")
    assert "Cancel Autopay" not in text(other, TAB)
    assert "Pause" not in text(other, here)
    assert other.get(f"{here}cancel/").status_code == 404
    assert other.post(f"{here}cancel/").status_code == 404
    assert other.get(terms_url(world)).status_code == 404


def test_somebody_elses_autopay_and_schedule_are_not_there(later: World, ruth: Client, join: Joins) -> None:
    here = schedule(later, ruth, later.card())
    autopay = start(later, ruth, method=later.card())
    _, payer_id = later.add_resident("Rose Kim")
    other = join(payer_id, email="tom@example.test")
    for address in (
        here,
        f"{here}cancel/",
        autopay,
        f"{autopay}cancel/",
        f"{autopay}pause/",
        terms_url(later),
    ):
        assert other.get(address).status_code == 404
        assert other.post(address).status_code in {404, 405}
    assert "Scheduled" in statuses(later)


def test_an_expired_card_is_not_offered_for_autopay(world: World, ruth: Client) -> None:
    world.invoice(due_in=20)
    bank, card = world.bank(), world.card()
    here = start(world, ruth, method=card)
    expire(card, world)
    page = ruth.get(terms_url(world)).content.decode()
    assert "Autopay is on for all of your accounts" in page
    change = re.findall(r'href="([^"]+kept=[^"]+)"', text(ruth, here))[0]
    page = text(ruth, change)
    assert f'value="{bank}"' in page
    assert f'value="{card}"' not in page
    assert ">Expired<" in page
    renew = ruth.post(change, {"rule": "full", "add": f"renew:{card}"})
    assert renew.headers["Location"].startswith(f"/billing/methods/{card}/edit/?back=")


@pytest.mark.parametrize("due_in", [(3,), (30,), (-5,), ()])
def test_the_review_names_the_day_on_which_autopay_then_pays_first(
    world: World, ruth: Client, due_in: tuple[int, ...]
) -> None:
    for days in due_in:
        world.invoice(due_in=days)
    told = {"account": account_ref(world), "rule": "full", "day_rule": "due_date", "tell_rule": "every"}
    review = ruth.post(terms_url(world), told | {"method": world.bank()}).headers["Location"]
    page = text(ruth, review)
    ruth.post(review, {"seen": seen(page)})
    planned = schedule_queries.list_scheduled(actor=WORKER, payer_ids=[world.payer_id])
    assert len(planned) == len(due_in)
    assert ("With your next bill" in page) == (not due_in)
    for row in planned:
        assert f'<p class="amount amount-part">{formats.day(row.run_on, reference=world.today)}</p>' in page
        assert f"The next days would be: {formats.day(row.run_on)}." in page


def test_a_second_try_can_be_canceled_and_not_changed(later: World, ruth: Client) -> None:
    schedule(later, ruth, later.card())
    assert "You can change or cancel it until" in text(ruth, TAB)
    Scheduled.objects.filter(payer_id=later.payer_id).update(origin="retry")
    page = text(ruth, TAB)
    assert "You can cancel it until" in page
    assert "You can change or cancel it until" not in page
