"""A payer asks, staff answer, either closes: each told once, kept for good, and nobody else's to see."""

from __future__ import annotations

from dataclasses import replace

import pytest

from counterfoil.audit import queries as audit_queries
from counterfoil.core import errors
from counterfoil.core.actor import OPERATOR, Actor, PayerGrant, StaffGrant
from counterfoil.flows.requests import answer, close, follow_up, open as open_request
from counterfoil.identity import permissions as staff_permissions
from counterfoil.notices.models import Delivery
from counterfoil.payers import permissions
from counterfoil.requests import queries as request_queries
from counterfoil.requests.drafts import NewRequest
from counterfoil.requests.models import Message, Request
from tests.factories.world import World

pytestmark = pytest.mark.django_db


def question(ref: str, **changes: str) -> NewRequest:
    values = {"kind": "invoice", "subject_ref": ref, "topic": "charge", "text": "What is this?", "key": "k1"}
    return NewRequest(**(values | changes))


def ask(world: World, *, actor: Actor | None = None, **changes: str) -> str:
    invoice = world.invoice()
    new = question(invoice.public_id, **changes)
    return open_request.run(actor=actor or world.payer, now=world.now, new=new)


def mails() -> list[tuple[str, str]]:
    return list(Delivery.objects.order_by("pk").values_list("notice__key", "to"))


def actions(world: World) -> list[str]:
    rows = audit_queries.list_events(actor=OPERATOR, biller_id=world.biller_id)
    return [row.action for row in reversed(rows) if row.action.startswith("request.")]


def test_a_question_is_answered_asked_again_and_closed(world: World) -> None:
    ref = ask(world)
    answer.run(actor=world.staff, now=world.now, request_ref=ref, text="Rent.", key="a1")
    assert request_queries.get(actor=world.payer, public_id=ref).shown_status == "Answered"
    follow_up.run(actor=world.payer, now=world.now, request_ref=ref, text="Whose?", key="f1")
    assert request_queries.get(actor=world.payer, public_id=ref).shown_status == "Waiting for an answer"
    answer.run(actor=world.staff, now=world.now, request_ref=ref, text="Yours.", key="a2")
    close.run(actor=world.payer, now=world.now, request_ref=ref)
    close.run(actor=world.payer, now=world.now, request_ref=ref)

    row = request_queries.get(actor=world.staff, public_id=ref)
    assert (row.is_closed, row.for_whom, row.topic) == (True, "Eleanor Whitfield", "charge")
    said = request_queries.list_messages(actor=world.payer, request_id=row.id)
    assert [(each.is_from_staff, each.body) for each in said] == [
        (False, "What is this?"),
        (True, "Rent."),
        (False, "Whose?"),
        (True, "Yours."),
    ]
    assert mails() == [
        ("request_received", "eleanor@example.test"),
        ("request_alert", "billing@example.test"),
        ("request_answered", "eleanor@example.test"),
        ("request_alert", "billing@example.test"),
        ("request_answered", "eleanor@example.test"),
    ]
    assert actions(world) == [
        "request.opened", "request.answered", "request.reopened", "request.answered", "request.closed",
    ]  # fmt: skip


def test_a_problem_with_a_payment_moves_no_money(world: World) -> None:
    invoice = world.invoice()
    payment = world.pay(world.card(), [(invoice.public_id, 5_000)])
    new = question(payment.public_id, kind="payment", topic="not_mine", text="I was not at home.")
    ref = open_request.run(actor=world.payer, now=world.now, new=new)

    row = request_queries.get(actor=world.payer, public_id=ref)
    assert (row.subject_label, row.subject_ref) == (payment.number, payment.public_id)
    assert world.payment(payment.public_id) == payment


def test_sent_twice_is_asked_once(world: World) -> None:
    invoice = world.invoice()
    refs = {
        open_request.run(actor=world.payer, now=world.now, new=question(invoice.public_id)) for _ in range(3)
    }
    [ref] = refs
    for _ in range(2):
        answer.run(actor=world.staff, now=world.now, request_ref=ref, text="Rent.", key="a1")
        follow_up.run(actor=world.payer, now=world.now, request_ref=ref, text="Whose?", key="f1")

    assert Request.objects.count() == 1
    assert Message.objects.count() == 3
    assert len(mails()) == 4


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"text": "  \n"}, "text"),
        ({"text": "x" * 2_001}, "text"),
        ({"text": "My card is 4242 4242 4242 4242."}, "text"),
        ({"text": "My SSN is 123-45-6789."}, "text"),
        ({"topic": "weather"}, "topic"),
        ({"topic": "not_mine"}, "topic"),
    ],
)
def test_what_cannot_be_kept_is_refused_beside_its_field(
    world: World, changes: dict[str, str], field: str
) -> None:
    with pytest.raises(errors.Invalid) as refusal:
        ask(world, **changes)

    assert refusal.value.field == field
    assert Request.objects.count() == 0
    assert mails() == []


def test_an_answer_refuses_card_numbers_too(world: World) -> None:
    ref = ask(world)
    with pytest.raises(errors.Invalid):
        answer.run(actor=world.staff, now=world.now, request_ref=ref, text="Is it 4242424242424242?", key="a")
    with pytest.raises(errors.Invalid):
        follow_up.run(actor=world.payer, now=world.now, request_ref=ref, text="123-45-6789", key="f")

    assert Message.objects.count() == 1


def test_who_may_not_ask_or_answer_is_refused(world: World) -> None:
    ref = ask(world)
    grant = PayerGrant(world.payer_id, world.biller_id, frozenset({permissions.SEE_INVOICES}))
    silent = replace(world.payer, payers=(grant,))
    with pytest.raises(errors.NotPermitted):
        ask(world, actor=silent)
    with pytest.raises(errors.NotFound):
        close.run(actor=silent, now=world.now, request_ref=ref)
    viewer = replace(
        world.staff,
        staff=(StaffGrant(world.biller_id, staff_permissions.of_role(staff_permissions.VIEWER)),),
    )
    with pytest.raises(errors.NotPermitted):
        answer.run(actor=viewer, now=world.now, request_ref=ref, text="Rent.", key="a1")
    with pytest.raises(errors.NotPermitted):
        close.run(actor=viewer, now=world.now, request_ref=ref)

    assert Message.objects.count() == 1


def test_somebody_elses_bill_and_request_are_not_there(world: World) -> None:
    ref = ask(world)
    invoice = world.invoice()
    _, other_id = world.add_resident("Rose Kim")
    rose = world.payer_actor(other_id)
    with pytest.raises(errors.NotFound):
        open_request.run(actor=rose, now=world.now, new=question(invoice.public_id))
    for write in (follow_up.run, answer.run):
        with pytest.raises(errors.NotFound):
            write(actor=rose, now=world.now, request_ref=ref, text="Hello", key="x")
    row = request_queries.get(actor=world.payer, public_id=ref)

    assert request_queries.list_messages(actor=rose, request_id=row.id) == []
    assert request_queries.list_page(actor=rose).rows == []
    assert request_queries.list_about(actor=rose, subject_ref=row.subject_ref) == []


def test_nothing_is_written_in_a_closed_request(world: World) -> None:
    ref = ask(world)
    close.run(actor=world.staff, now=world.now, request_ref=ref)
    with pytest.raises(errors.Stale):
        follow_up.run(actor=world.payer, now=world.now, request_ref=ref, text="But", key="f1")
    with pytest.raises(errors.Stale):
        answer.run(actor=world.staff, now=world.now, request_ref=ref, text="But", key="a1")


def test_there_is_an_end_to_how_many_wait(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open_request, "MOST_OPEN", 2)
    ask(world, key="k1")
    ask(world, key="k2")
    with pytest.raises(errors.Refused, match="call us"):
        ask(world, key="k3")


def test_lists_go_by_pages_and_what_waits_is_told_apart(world: World) -> None:
    refs = [ask(world, key=f"k{n}") for n in range(3)]
    answer.run(actor=world.staff, now=world.now, request_ref=refs[0], text="Rent.", key="a1")
    first = request_queries.list_page(actor=world.payer, limit=2)
    second = request_queries.list_page(actor=world.payer, limit=2, after=first.next)

    assert [row.public_id for row in (*first.rows, *second.rows)] == [refs[2], refs[1], refs[0]]
    assert second.next is None
    assert request_queries.count(actor=world.staff, statuses=["open"], at_most=99) == 2
    assert request_queries.count(actor=world.staff, at_most=1) == 2
