"""A wallet is connected, used, and taken back where its holder lives: what each wrong turn leaves behind."""

from __future__ import annotations

import pytest
from django.db import connection

from counterfoil.core import errors, failpoints
from counterfoil.core.actor import WORKER
from counterfoil.flows.books import reconcile, verify
from counterfoil.flows.methods import change, wallet
from counterfoil.flows.methods.add import NewMethodForm
from counterfoil.flows.payments import confirm, resolve_unknown
from counterfoil.gateways import wallets
from counterfoil.methods import queries as method_queries
from counterfoil.payments.queries import PaymentRow
from tests.factories.world import World

BACK = "http://localhost:8000/billing/methods/add/paypal/back/"


class Crash(BaseException):
    """The process dies here."""


def form(world: World) -> NewMethodForm:
    return NewMethodForm(
        payer_id=world.payer_id,
        kind="wallet",
        token="",
        nickname="Eleanor Whitfield",
        is_default=False,
        address_id=None,
        new_address=None,
    )


def begin(world: World, key: str = "k") -> wallets.Agreement:
    return wallet.begin(actor=world.payer, payer_id=world.payer_id, key=key, return_url=BACK, locale="en")


def decide(world: World, decision: str, key: str = "k") -> str:
    asked = begin(world, key)
    assert isinstance(asked, wallets.AgreementWaiting)
    world.sandbox.visit(asked.url, decision)
    return asked.url


def finish(world: World, key: str = "k") -> str:
    return wallet.finish(actor=world.payer, now=world.now, form=form(world), key=key, return_url=BACK)


def count(world: World) -> int:
    return len(method_queries.list_for(actor=world.payer, payer_ids=[world.payer_id]))


def notices(ref: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT key FROM notices_notice WHERE subject_ref = %s ORDER BY id", [ref])
        return [row[0] for row in cursor.fetchall()]


def pay(world: World, method: str) -> PaymentRow:
    invoice = world.invoice()
    return world.pay(method, [(invoice.public_id, invoice.total_minor)])


def assert_sound(world: World) -> None:
    assert verify.run(biller_id=world.biller_id) == []
    assert reconcile.run(actor=WORKER, biller_id=world.biller_id).differences == []


def test_what_is_agreed_to_becomes_one_method(world: World) -> None:
    url = decide(world, "approve")
    ref = finish(world)
    # Double return, Back, another tab, a change of mind on a stale page: one method.
    world.sandbox.visit(url, "refuse")
    assert finish(world) == ref
    assert isinstance(begin(world), wallets.AgreementApproved)
    assert count(world) == 1
    row = method_queries.get(actor=world.payer, public_id=ref)
    assert (row.kind, row.issuer, row.validation, row.can_pay) == ("wallet", "PayPal", "not_needed", True)
    assert row.label == "Eleanor Whitfield (PayPal)"
    assert notices(ref) == ["method_added"]


@pytest.mark.parametrize(("decision", "code"), [("refuse", wallet.ENDED), ("", wallet.WAITING)])
def test_what_is_not_agreed_to_adds_nothing(world: World, decision: str, code: str) -> None:
    if decision:
        decide(world, decision)
    with pytest.raises(errors.Refused) as refused:
        finish(world)
    assert refused.value.code == code
    assert count(world) == 0
    if code == wallet.WAITING:
        decide(world, "approve")
        assert finish(world)


def test_a_crash_after_the_yes_is_healed_by_coming_back_again(world: World) -> None:
    decide(world, "approve")

    def die(place: str) -> None:
        if place == "agreement.after":
            raise Crash

    with pytest.raises(Crash), failpoints.attached(die):
        finish(world)
    assert count(world) == 0
    assert finish(world)
    assert count(world) == 1


def test_a_gateway_that_is_silent_adds_nothing(world: World) -> None:
    decide(world, "approve")
    world.sandbox.arm("answer_lost_before", on="any")
    with pytest.raises(errors.Refused) as refused:
        finish(world)
    assert refused.value.code == "gateway_unavailable"
    assert finish(world)


def test_nobody_else_can_use_the_key(world: World) -> None:
    _account, stranger_id = world.add_resident("Nora Neighbor", "nora@example.test")
    stranger = world.payer_actor(stranger_id, "Nora Neighbor")
    with pytest.raises(errors.NotPermitted):
        wallet.begin(actor=stranger, payer_id=world.payer_id, key="k", return_url=BACK, locale="en")


def test_paying_with_a_saved_wallet_is_approved_there(world: World) -> None:
    decide(world, "approve")
    payment = pay(world, finish(world))
    assert (payment.status, payment.public_status) == ("action_needed", "Action needed")
    world.sandbox.visit(payment.action_url, "approve")
    for _ in range(2):
        confirm.run(actor=world.payer, now=world.now, payment_ref=payment.public_id)
    assert world.payment(payment.public_id).status == "settled"
    assert notices(payment.public_id) == ["payment_receipt"]
    assert world.sandbox.movements() == [("capture", payment.total_minor)]
    assert_sound(world)


def test_paying_once_saves_nothing_and_is_approved_each_time(world: World) -> None:
    ref = wallet.once(actor=world.payer, now=world.now, payer_id=world.payer_id)
    assert wallet.once(actor=world.payer, now=world.now, payer_id=world.payer_id) == ref
    assert count(world) == 0
    for decision, status in (("refuse", "canceled"), ("approve", "settled")):
        payment = pay(world, ref)
        assert payment.status == "action_needed"
        world.sandbox.visit(payment.action_url, decision)
        # Two tabs and a change of mind: the first decision stands.
        world.sandbox.visit(payment.action_url, "approve")
        confirm.run(actor=world.payer, now=world.now, payment_ref=payment.public_id)
        confirm.run(actor=world.payer, now=world.now, payment_ref=payment.public_id)
        assert world.payment(payment.public_id).status == status
    assert len(world.sandbox.movements()) == 1
    assert_sound(world)


def test_never_coming_back_is_fenced_and_a_late_yes_moves_nothing(world: World) -> None:
    ref = wallet.once(actor=world.payer, now=world.now, payer_id=world.payer_id)
    payment = pay(world, ref)
    for minutes in (31, 40):
        world.sandbox.wait(minutes=minutes)
        resolve_unknown.run(actor=WORKER, now=world.now, biller_id=world.biller_id)
    assert world.payment(payment.public_id).status == "canceled"
    world.sandbox.visit(payment.action_url, "approve")
    assert world.sandbox.movements() == []
    assert world.outstanding == payment.amount_minor
    assert_sound(world)


def test_a_yes_while_nobody_looks_is_found(world: World) -> None:
    ref = wallet.once(actor=world.payer, now=world.now, payer_id=world.payer_id)
    payment = pay(world, ref)
    world.sandbox.visit(payment.action_url, "approve")
    world.sandbox.wait(minutes=31)
    resolve_unknown.run(actor=WORKER, now=world.now, biller_id=world.biller_id)
    assert world.payment(payment.public_id).status == "settled"
    assert_sound(world)


def test_an_agreement_taken_back_there_disables_the_method(world: World) -> None:
    url = decide(world, "approve")
    ref = finish(world)
    world.sandbox.visit(url, "withdraw")
    # Before the message came: the charge is declined as revoked.
    payment = pay(world, ref)
    assert (payment.status, payment.decline_class) == ("declined", "hard_revoked")
    for _ in range(2):
        world.deliver()
    row = method_queries.get(actor=world.payer, public_id=ref)
    assert (row.status, row.validation, row.can_pay) == ("disabled", "failed", False)
    assert notices(ref) == ["method_added", "wallet_withdrawn"]
    change.enable(actor=world.payer, now=world.now, ref=ref)
    with pytest.raises(errors.Invalid):
        pay(world, ref)
    # Agreed to anew: another method.
    decide(world, "approve", key="k2")
    assert finish(world, key="k2") != ref
    assert_sound(world)
