"""Make a Payment through its addresses: what is refused moves nothing, and only one's own bills are there."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client

from counterfoil.core.actor import OPERATOR, WORKER
from counterfoil.flows.billers import change_settings
from counterfoil.payers import queries as payer_queries
from counterfoil.payments import queries as payment_queries
from tests.factories import signed_in
from tests.factories.world import World
from tests.portal.conftest import Joins

pytestmark = pytest.mark.django_db
HOME = {"line1": "12 Elm Street", "city": "Chicago", "state": "IL", "postal_code": "60601"}


def pay_url(world: World) -> str:
    [payer] = payer_queries.list_payers_by_ids(actor=OPERATOR, payer_ids=[world.payer_id])
    [account] = payer_queries.list_accounts_by_ids(actor=OPERATOR, account_ids=[world.account_id])
    return f"/billing/pay/{payer.public_id}/{account.public_id}/"


def verify(world: World, client: Client, **typed: str) -> tuple[str, str]:
    """Go to step 2; return its address and the digest of what it shows."""
    answer = client.post(pay_url(world), {"mode": "outstanding", **typed})
    assert answer.status_code == 302, answer.content
    page = client.get(answer.headers["Location"])
    assert page.status_code == 200
    found = re.search(rb'name="seen" value="(\w+)"', page.content)
    assert found, page.content
    return answer.headers["Location"], found[1].decode()


def payments(world: World) -> list[str]:
    rows = payment_queries.list_page(actor=WORKER, account_id=world.account_id).rows
    return [row.public_status for row in rows]


def expire(ref: str, world: World) -> None:
    """Let the month printed on a card be over."""
    before = world.today.replace(day=1) - timedelta(days=1)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE methods_paymentmethod SET exp_month = %s, exp_year = %s WHERE public_id = %s",
            [before.month, before.year, ref],
        )


def switch_gateway_off(world: World) -> None:
    change_settings.run(
        actor=OPERATOR,
        now=world.now,
        biller_id=world.biller_id,
        section="payments",
        changes={"gateway_on": False},
    )


def test_the_same_form_twice_is_one_payment(world: World, ruth: Client) -> None:
    world.invoice()
    address, seen = verify(world, ruth, method=world.card())
    first = ruth.post(address, {"seen": seen})
    second = ruth.post(address, {"seen": seen})

    assert first.status_code == second.status_code == 302
    assert first.headers["Location"] == second.headers["Location"]
    assert payments(world) == ["Paid"]
    assert ruth.get(address).headers["Location"] in first.headers["Location"]


def test_what_changed_since_the_review_is_reviewed_again(world: World, ruth: Client) -> None:
    world.invoice()
    address, seen = verify(world, ruth, method=world.card())
    world.invoice()
    answer = ruth.post(address, {"seen": seen})

    assert answer.status_code == 200
    assert b"Something changed since you checked this payment" in answer.content
    assert b"$6,400.00" in answer.content
    assert payments(world) == []


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"mode": "invoices"}, b"Choose at least one invoice to pay."),
        ({"mode": "invoices", "amount": "12,50"}, b"Enter an amount in dollars and cents"),
        ({"mode": "invoices", "amount": ""}, b"Enter an amount."),
        ({"mode": "outstanding", "method": "mth_other"}, b"This payment method cannot be used now."),
        ({"mode": "", "method": ""}, b"Choose how much you want to pay."),
    ],
)
def test_step_one_says_what_is_wrong_beside_the_field(
    world: World, ruth: Client, typed: dict[str, str], said: bytes
) -> None:
    invoice = world.invoice()
    given = {"method": world.card(), **typed}
    if "amount" in given:
        given |= {f"pick_{invoice.public_id}": "on", f"amount_{invoice.public_id}": given.pop("amount")}
    answer = ruth.post(pay_url(world), given)

    assert answer.status_code == 200
    assert said in answer.content
    assert payments(world) == []


def test_an_amount_of_zero_comes_back_to_step_one_with_everything_kept(world: World, ruth: Client) -> None:
    invoice = world.invoice()
    given = {"method": world.card(), "mode": "invoices", f"pick_{invoice.public_id}": "on"}
    answer = ruth.post(pay_url(world), given | {f"amount_{invoice.public_id}": "0"}, follow=True)

    assert b"Enter an amount above zero." in answer.content
    assert b'value="0.00"' in answer.content


def test_what_step_two_refused_is_corrected_where_it_is_shown(world: World, ruth: Client) -> None:
    invoice, card = world.invoice(), world.card()
    typed = {"method": card, "mode": "invoices", f"pick_{invoice.public_id}": "on"}
    amount = f"amount_{invoice.public_id}"
    refused = ruth.post(pay_url(world), {**typed, amount: "0"}, follow=True).content.decode()
    assert "Enter an amount above zero." in refused
    # The step is drawn at the address of the next one, so its form says where it belongs.
    found = re.search(r'<form method="post" action="([^"]+)" class="stack"', refused)
    assert found, refused
    review = ruth.post(found[1], {**typed, amount: "12.00"}, follow=True).content.decode()
    assert 'name="seen"' in review
    assert "$12.00" in review


def test_a_changed_address_leads_to_the_beginning(world: World, ruth: Client) -> None:
    world.invoice()
    address, seen = verify(world, ruth, method=world.card())
    for changed in (address[:-2], address.split("?")[0], address.replace("order=", "order=x")):
        assert ruth.post(changed, {"seen": seen}).headers["Location"] == pay_url(world)
    assert payments(world) == []


def test_somebody_elses_window_is_not_there(world: World, ruth: Client, join: Joins) -> None:
    world.invoice()
    _, payer_id = world.add_resident("Rose Kim")
    address, seen = verify(world, ruth, method=world.card())
    stranger = join(payer_id, email="tom@example.test")

    assert stranger.get(pay_url(world)).status_code == 404
    assert stranger.get(address).status_code == 404
    assert stranger.post(address, {"seen": seen}).status_code == 404
    assert payments(world) == []


@pytest.mark.parametrize(("profile", "status"), [("see-only", 200), ("no-billing", 404)])
def test_who_may_not_pay_has_no_window_and_no_button(
    world: World, join: Joins, profile: str, status: int
) -> None:
    world.invoice()
    client = join(email="eve@example.test", profile=profile)

    listed = client.get("/billing/invoices/")
    assert listed.status_code == status
    assert b"Pay Outstanding" not in listed.content
    assert client.get(pay_url(world)).status_code == 404
    assert (b"/billing/invoices/" in client.get("/").content) == (status == 200)


def test_visitors_log_in_first_and_staff_go_to_the_desk(world: World, client: Client) -> None:
    answer = client.get(pay_url(world))
    assert answer.headers["Location"].startswith("/accounts/login/?next=/billing/pay/")
    assert (
        signed_in.staff(world.biller_id, now=world.now).get("/billing/invoices/").headers["Location"]
        == "/desk/"
    )


def test_a_declined_payment_leads_to_another_try_with_its_amounts(world: World, ruth: Client) -> None:
    invoice = world.invoice()
    bad = world.card("4000000000009995")
    amount = {f"pick_{invoice.public_id}": "on", f"amount_{invoice.public_id}": "50"}
    address, seen = verify(world, ruth, method=bad, mode="invoices", **amount)
    page = ruth.post(address, {"seen": seen}, follow=True)

    assert b"not enough money available" in page.content
    found = re.search(rb'href="(/billing/pay/[^"]+again=[^"]+)"', page.content)
    assert found
    assert b'value="50.00"' in ruth.get(found[1].decode()).content


def test_without_a_gateway_there_are_invoices_and_how_to_pay(world: World, ruth: Client) -> None:
    world.invoice()
    switch_gateway_off(world)
    answer = ruth.get("/billing/invoices/")

    assert b"Pay Outstanding" not in answer.content
    assert b"(555) 555-0142 to pay" in answer.content
    assert ruth.get(pay_url(world)).status_code == 404


def test_pages_of_a_confirming_payment_ask_and_then_stop(world: World, ruth: Client) -> None:
    world.invoice()
    address, seen = verify(world, ruth, method=world.card())
    world.sandbox.arm("answer_lost_after", times=1)
    location = ruth.post(address, {"seen": seen}).headers["Location"].split("?")[0]

    assert b"We are confirming your payment" in ruth.get(location).content
    assert ruth.get(f"{location}state/").status_code == 204
    assert ruth.post(f"{location}confirm/").status_code == 302
    assert ruth.get(f"{location}state/").status_code == 286
    assert payments(world) == ["Paid"]


def test_receipt_is_a_tagged_pdf_of_this_day(world: World, ruth: Client) -> None:
    world.invoice()
    payment = world.pay(world.bank())
    answer = ruth.get(f"/billing/payments/{payment.public_id}/receipt.pdf")

    assert answer.headers["Content-Type"] == "application/pdf"
    assert payment.number in answer.headers["Content-Disposition"]
    assert answer.content.startswith(b"%PDF")


def test_an_expired_card_is_shown_and_cannot_be_chosen(world: World, ruth: Client) -> None:
    world.invoice()
    bank, card = world.bank(), world.card()
    expire(card, world)
    page = ruth.get(pay_url(world)).content.decode()

    assert f'value="{bank}"' in page
    assert f'value="{card}"' not in page
    assert ">Expired<" in page
    assert f'value="renew:{card}"' in page
    answer = ruth.post(pay_url(world), {"mode": "outstanding", "method": card})
    assert answer.status_code == 200
    assert b"This payment method cannot be used now. Choose another one." in answer.content
    assert payments(world) == []


def test_an_expired_card_is_renewed_without_losing_what_was_typed(world: World, ruth: Client) -> None:
    invoice = world.invoice()
    bank, card = world.bank(), world.card()
    expire(card, world)
    typed = {
        "mode": "invoices",
        f"pick_{invoice.public_id}": "on",
        f"amount_{invoice.public_id}": "1,250.00",
        "method": bank,
        "add": f"renew:{card}",
    }
    signed_in.prove(ruth)
    renew = ruth.post(pay_url(world), typed).headers["Location"]
    assert renew.startswith(f"/billing/methods/{card}/edit/?back=")
    edit = {"nickname": "Ruth's card", "address": "new", "expiry": "04/2031"} | HOME
    back = ruth.post(renew, edit).headers["Location"]
    page = ruth.get(back).content.decode()
    assert back.startswith(pay_url(world))
    assert re.search(rf'value="{card}"[^>]* checked', page)
    assert 'value="1250.00"' in page


def test_only_an_expired_card_of_the_window_is_led_to(world: World, ruth: Client) -> None:
    world.invoice()
    card = world.card()
    for asked in (f"renew:{card}", "renew:", "renew:../..", "paper"):
        answer = ruth.post(pay_url(world), {"mode": "outstanding", "method": card, "add": asked})
        assert answer.headers["Location"].startswith(f"{pay_url(world)}verify/"), asked
