"""What is switched off is not there, whatever the address; and addresses that nobody made lead nowhere."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client

from counterfoil.cli.management.commands import web
from counterfoil.core import clock
from counterfoil.core.actor import OPERATOR
from counterfoil.flows.invoices import issue
from counterfoil.flows.payers import accept_invitation, invite
from counterfoil.flows.payers.invite import Invite
from counterfoil.gateways.sandbox import client as sandbox_client
from counterfoil.invoices import queries as invoice_queries
from counterfoil.invoices.drafts import NewInvoice, NewLine
from counterfoil.payers import queries as payer_queries
from counterfoil_sandbox import store
from tests.factories import people, sandbox as sandboxes
from tests.factories.world import World

pytestmark = pytest.mark.django_db
ADD = "/billing/methods/add/card/"
ADDRESS = {"line1": "12 Elm Street", "city": "Chicago", "state": "IL", "postal_code": "60601"}


@pytest.fixture
def second(world: World, ruth: Client, base_store: store.Store) -> Iterator[World]:
    """Return another biller, whose bills the same login pays."""
    practice = sandboxes.practice(base_store)
    practice.time.now = clock.now()
    made = World(practice)
    [payer] = payer_queries.list_payers_by_ids(actor=OPERATOR, payer_ids=[made.payer_id])
    wanted = Invite(
        payer_ref=payer.public_id, email="ruth@example.test", profile_key="billing", may_see_confirmed=True
    )
    invitation = invite.run(actor=OPERATOR, now=clock.now(), invite=wanted)
    accept_invitation.run(actor=world.payer, now=clock.now(), secret=people.secret_of(invitation))
    yield made
    sandbox_client.mount(base_url=practice.base_url, transport=None)


def pay_url(world: World) -> str:
    [link] = payer_queries.list_payer_accounts(actor=OPERATOR, payer_ids=[world.payer_id])
    return f"/billing/pay/{link.payer.public_id}/{link.account.public_id}/"


def issue_many(world: World, count: int) -> list[str]:
    drafts = [
        NewInvoice(
            biller_id=world.biller_id,
            account_id=world.account_id,
            payer_id=world.payer_id,
            number=f"N-{secrets.token_hex(4)}-{n}",
            issued_on=world.today,
            due_on=world.today + timedelta(days=n),
            currency="USD",
            lines=(NewLine("Rent", 1_000 + n),),
        )
        for n in range(count)
    ]
    ids = issue.run(actor=OPERATOR, now=world.now, biller_id=world.biller_id, drafts=drafts)
    rows = invoice_queries.list_by_ids(actor=OPERATOR, invoice_ids=list(ids.values()))
    return [row.public_id for row in rows]


def test_a_portal_switched_off_shows_none_of_its_pages(world: World, ruth: Client, second: World) -> None:
    bill, paid = second.invoice(), second.invoice()
    method = second.card()
    payment = second.pay(method, [(paid.public_id, paid.open_minor)])
    addresses = [
        f"/billing/invoices/{bill.public_id}/",
        f"/billing/invoices/{bill.public_id}/invoice.pdf",
        f"/billing/payments/{payment.public_id}/",
        f"/billing/payments/{payment.public_id}/state/",
        f"/billing/payments/{payment.public_id}/receipt.pdf",
        f"/billing/methods/{method}/edit/",
        pay_url(second),
    ]
    assert [ruth.get(address).status_code for address in addresses] == [200, 200, 200, 286, 200, 200, 200]
    second.set_portal(portal_on=False)

    assert [ruth.get(address).status_code for address in addresses] == [404] * len(addresses)
    assert ruth.post(f"/billing/methods/{method}/delete/").status_code == 404
    assert ruth.get("/billing/invoices/").status_code == 200


def test_amounts_are_fixed_where_neither_less_nor_more_is_taken(world: World, ruth: Client) -> None:
    world.invoice()
    assert b"You can type a lower amount." in ruth.get(pay_url(world)).content
    world.set_portal(partial_payment_allowed=False, prepayment_allowed=False)

    page = ruth.get(pay_url(world)).content
    assert b"You can type a lower amount." not in page
    [field] = re.findall(rb'<input[^>]*name="amount_[^>]*>', page)
    assert b"readonly" in field


def test_a_link_of_somebody_else_brings_no_token(world: World, ruth: Client) -> None:
    token = world.sandbox.card()
    filled = f'name="token" value="{token}"'.encode()
    assert filled not in ruth.get(ADD, {"token": token, "kept": "made.up"}).content
    assert filled not in ruth.get(ADD, {"token": token}).content

    leaving = ruth.post(ADD, {"nickname": "Harold", **ADDRESS}).headers["Location"]
    kept = re.search(r"kept%3D([\w.-]+)", leaving)
    assert kept, leaving
    assert filled in ruth.get(ADD, {"token": token, "kept": kept[1]}).content


@pytest.mark.parametrize("again", ["\x00", "pay_nothing", "pay_\x00", "../", "x" * 3_000])
def test_a_payment_that_is_none_cannot_be_paid_again(world: World, ruth: Client, again: str) -> None:
    world.invoice()
    assert ruth.get(pay_url(world), {"again": again}).status_code in {200, 404}


def test_a_kind_without_a_form_is_not_there(world: World, ruth: Client) -> None:
    assert ruth.get("/billing/methods/add/wallet/").status_code == 404
    assert ruth.post("/billing/methods/add/wallet/", {"token": "tok_1"}).status_code == 404


@pytest.mark.parametrize("token", ["x" * 70_000, "\x00", "..", "tok_nothing"])
def test_a_token_that_is_none_gets_words_and_no_error(world: World, ruth: Client, token: str) -> None:
    answer = ruth.post(ADD, {"token": token, "nickname": "Harold", **ADDRESS})
    assert answer.status_code == 200
    assert b"These details have expired. Please enter them again." in answer.content


def test_very_many_invoices_fit_into_form_and_address(world: World, ruth: Client) -> None:
    refs = issue_many(world, 260)
    method = world.card()
    page = ruth.get(pay_url(world)).content
    assert page.count(b'name="pick_') == 250
    assert f'name="pick_{refs[0]}"'.encode() in page
    assert f'name="pick_{refs[-1]}"'.encode() not in page
    assert f'name="pick_{refs[-1]}"'.encode() in ruth.get(pay_url(world), {"invoice": refs[-1]}).content

    form = {"method": method, "mode": "invoices"}
    form |= {f"pick_{ref}": "on" for ref in refs[:250]} | {f"amount_{ref}": "10.00" for ref in refs[:250]}
    to_verify = ruth.post(pay_url(world), form)
    assert to_verify.status_code == 302, to_verify.content
    assert len(to_verify.headers["Location"]) < web.LONGEST_LINE - 100
    assert b"$2,500.00" in ruth.get(to_verify.headers["Location"]).content
