"""My Requests: asked from a bill or a payment, answered by staff, nothing typed is lost, nobody else's to see."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from counterfoil.core import clock
from counterfoil.flows.requests import answer
from counterfoil.requests.models import Message, Request
from tests.factories.world import World
from tests.portal.conftest import Joins

pytestmark = pytest.mark.django_db
LIST = "/requests/"


def key_of(page: bytes) -> str:
    found = re.search(rb'name="key" value="([^"]+)"', page)
    assert found
    return found[1].decode()


def test_a_question_goes_from_the_bill_to_the_answer(world: World, ruth: Client) -> None:
    invoice = world.invoice()
    bill = f"/billing/invoices/{invoice.public_id}/"
    window = ruth.get(f"{bill}ask/")
    assert b"Ask a question about this bill" in window.content
    asked = ruth.post(
        f"{bill}ask/", {"topic": "charge", "text": "Which visit?", "key": key_of(window.content)}, follow=True
    )
    page = asked.content.decode()
    assert "Your message was sent to Maple Court." in page
    assert "Which visit?" in page
    assert "Waiting for an answer" in page

    request = Request.objects.get()
    answer.run(actor=world.staff, now=clock.now(), request_ref=request.public_id, text="The 12th.", key="a1")
    page = ruth.get(f"{LIST}{request.public_id}/").content.decode()
    assert "The 12th." in page
    assert bill in page
    assert "Answered" in ruth.get(LIST).content.decode()


def test_a_problem_is_reported_from_the_payment(world: World, ruth: Client) -> None:
    world.invoice()
    payment = world.pay(world.card())
    address = f"/billing/payments/{payment.public_id}/problem/"
    assert b"It does not stop a payment that is on its way." in ruth.get(address).content
    answer_page = ruth.post(address, {"topic": "twice", "text": "Two debits", "key": "k"})

    assert answer_page.status_code == 302
    assert Request.objects.get().subject_label == payment.number
    assert address.encode() in ruth.get(f"/billing/payments/{payment.public_id}/").content


def test_what_was_typed_is_not_lost_and_a_card_number_not_kept(world: World, ruth: Client) -> None:
    invoice = world.invoice()
    address = f"/billing/invoices/{invoice.public_id}/ask/"
    typed = {"topic": "charge", "text": "See 4242 4242 4242 4242", "key": "k"}
    page = ruth.post(address, typed).content.decode()

    assert "Please remove the card number." in page
    assert "See 4242 4242 4242 4242" in page
    assert "Choose what it is about." in ruth.post(address, {"text": "Hello", "key": "k"}).content.decode()
    assert Request.objects.count() == 0


def test_sent_twice_is_asked_once(world: World, ruth: Client) -> None:
    invoice = world.invoice()
    typed = {"topic": "charge", "text": "Which visit?", "key": "one"}
    places = {
        ruth.post(f"/billing/invoices/{invoice.public_id}/ask/", typed).headers["Location"] for _ in range(2)
    }

    assert len(places) == 1
    assert Message.objects.count() == 1


def test_writing_again_and_closing(world: World, ruth: Client) -> None:
    invoice = world.invoice()
    typed = {"topic": "charge", "text": "Which visit?", "key": "one"}
    here = ruth.post(f"/billing/invoices/{invoice.public_id}/ask/", typed).headers["Location"]
    assert "Write what you want to say." in ruth.post(here, {"text": " ", "key": "two"}).content.decode()
    assert "Or two?" in ruth.post(here, {"text": "Or two?", "key": "two"}, follow=True).content.decode()
    page = ruth.post(f"{here}close/", follow=True).content.decode()

    assert "You can ask a new question" in page
    assert "Send Message" not in page
    late = ruth.post(here, {"text": "And this?", "key": "three"}).content.decode()
    assert "This request is closed." in late
    assert Message.objects.count() == 2


@pytest.mark.parametrize(("profile", "asks"), [("billing", True), ("no-billing", True), ("pay-only", False)])
def test_who_may_ask_sees_my_requests(world: World, join: Joins, profile: str, asks: bool) -> None:
    invoice = world.invoice()
    client = join(email="eve@example.test", profile=profile)

    assert client.get(LIST).status_code == (200 if asks else 404)
    assert (LIST.encode() in client.get("/").content) == asks
    may_here = 200 if profile == "billing" else 404
    assert client.get(f"/billing/invoices/{invoice.public_id}/ask/").status_code == may_here


def test_somebody_elses_request_is_not_there(world: World, ruth: Client, join: Joins) -> None:
    invoice = world.invoice()
    typed = {"topic": "charge", "text": "Which visit?", "key": "one"}
    here = ruth.post(f"/billing/invoices/{invoice.public_id}/ask/", typed).headers["Location"]
    _, rose_id = world.add_resident("Rose Kim")
    rose = join(rose_id, email="rose@example.test")

    assert rose.get(here).status_code == 404
    assert rose.post(here, {"text": "Mine", "key": "x"}).status_code == 404
    assert rose.post(f"{here}close/").status_code == 404
    assert rose.get(f"/billing/invoices/{invoice.public_id}/ask/").status_code == 404
    assert b"You have asked nothing yet" in rose.get(LIST).content
    assert not Request.objects.get().closed_at


def test_many_requests_take_as_many_queries_as_few(world: World, ruth: Client) -> None:
    def ask(number: int) -> None:
        typed = {"topic": "charge", "text": "Which visit?", "key": f"k{number}"}
        ruth.post(f"/billing/invoices/{invoice.public_id}/ask/", typed)

    def count() -> int:
        with CaptureQueriesContext(connection) as caught:
            ruth.get(LIST)
        return sum("core_clock" not in query["sql"] for query in caught.captured_queries)

    invoice = world.invoice()
    ask(0)
    ruth.get(LIST)
    few = count()
    for number in range(1, 12):
        ask(number)
    ruth.get(LIST)  # takes what was said at the last sending
    assert count() == few
