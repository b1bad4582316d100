"""What every gateway must keep to that sends money back."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from counterfoil.gateways import base, refunds, registry
from tests.gateways.practices import asked, asked_back


def charged(gateway: base.Gateway, token: str, key: str = "c") -> str:
    """A charge of $123.45 that was taken: the gateway's reference of it."""
    result = gateway.charge(asked(key, token))
    assert isinstance(result, base.Settled | base.Accepted)
    return result.gateway_ref


def debited(practice: Any, gateway: base.Gateway, token: str) -> str:
    """A bank debit whose money arrived."""
    ref = charged(gateway, token)
    practice.pass_days(4)
    assert isinstance(gateway.look_up("c"), base.Funded)
    return ref


def test_a_refund_leaves_and_the_same_key_moves_money_once(practice: Any, gateway: base.Gateway) -> None:
    back = refunds.refunds(gateway)
    request = asked_back("r", charged(gateway, practice.good_card()), amount_minor=345)
    first, second = back.refund(request), back.refund(request)
    assert isinstance(first, refunds.Refunded)
    assert first == second == back.look_up_refund("r") == back.fence_refund("r")
    assert practice.moved() == [("capture", 12_345), ("refund", -345)]


def test_every_answer_says_what_the_gateway_has_under_the_key(practice: Any, gateway: base.Gateway) -> None:
    """WH-04: amount, currency and reference come from the gateway's books, not from what we asked."""
    back = refunds.refunds(gateway)
    tokens = {"at once": practice.good_card(), "slow": practice.card_with_slow_refund()}
    for number, (key, token) in enumerate(tokens.items()):
        ref = charged(gateway, token, key)
        request = asked_back(key, ref, amount_minor=500 + number, reference=f"rfd_{key}")
        expected = base.Figures(500 + number, "USD", f"rfd_{key}")
        for answer in (back.refund(request), back.look_up_refund(key), back.fence_refund(key)):
            assert answer.figures == expected, key  # type: ignore[union-attr]


def test_a_refund_to_a_bank_leaves_later(practice: Any, gateway: base.Gateway) -> None:
    back = refunds.refunds(gateway)
    result = back.refund(asked_back("r", debited(practice, gateway, practice.good_bank())))
    assert result == refunds.Refunding(result.gateway_ref, date(2026, 11, 27))  # type: ignore[union-attr]
    assert back.look_up_refund("r") == result
    assert practice.moved() == [("bank_debit", 12_345)]
    practice.pass_days(7)
    assert back.look_up_refund("r") == refunds.Refunded(result.gateway_ref)
    assert practice.moved() == [("bank_debit", 12_345), ("refund", -12_345)]


def test_a_refund_that_fails_before_the_money_leaves(practice: Any, gateway: base.Gateway) -> None:
    back = refunds.refunds(gateway)
    result = back.refund(asked_back("r", debited(practice, gateway, practice.bank_whose_refund_fails())))
    assert isinstance(result, refunds.Refunding)
    practice.pass_days(7)
    assert back.look_up_refund("r") == refunds.RefundFailed(result.gateway_ref, "R02")
    assert practice.moved() == [("bank_debit", 12_345)]


def test_a_refund_that_comes_back(practice: Any, gateway: base.Gateway) -> None:
    back = refunds.refunds(gateway)
    ref = charged(gateway, practice.card_whose_refund_comes_back())
    result = back.refund(asked_back("r", ref))
    assert isinstance(result, refunds.Refunded)
    practice.pass_days(7)
    failed = refunds.RefundFailed(result.gateway_ref, "expired_or_canceled_card")
    assert failed == back.look_up_refund("r") == back.fence_refund("r")
    assert practice.moved() == [("capture", 12_345), ("refund", -12_345), ("refund_failed", 12_345)]
    assert isinstance(back.refund(asked_back("again", ref)), refunds.Refunded)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"amount_minor": 12_346}, "refund_too_much"),
        ({"amount_minor": 0}, "invalid_request"),
        ({"currency": "CAD"}, "currency_mismatch"),
        ({"charge_ref": "ch_nobody"}, "charge_not_found"),
    ],
)
def test_a_refusal_before_anything_was_tried_has_no_reference(
    practice: Any, gateway: base.Gateway, wrong: dict[str, Any], code: str
) -> None:
    back = refunds.refunds(gateway)
    ref = charged(gateway, practice.good_card())
    assert back.refund(asked_back("r", **{"charge_ref": ref, **wrong})) == refunds.RefundFailed("", code)
    assert back.look_up_refund("r") == base.NotFound()
    assert practice.moved() == [("capture", 12_345)]


def test_what_took_no_money_or_long_ago_is_refused(practice: Any, gateway: base.Gateway) -> None:
    back = refunds.refunds(gateway)
    card, debit = charged(gateway, practice.good_card()), charged(gateway, practice.good_bank(), "d")
    assert back.refund(asked_back("r1", debit)) == refunds.RefundFailed("", "not_refundable")
    practice.pass_days(181)
    assert back.refund(asked_back("r2", card)) == refunds.RefundFailed("", "too_old")


def test_same_key_with_another_amount_is_unknown_not_failed(practice: Any, gateway: base.Gateway) -> None:
    back = refunds.refunds(gateway)
    ref = charged(gateway, practice.good_card())
    back.refund(asked_back("r", ref))
    assert isinstance(back.refund(asked_back("r", ref, amount_minor=1)), base.Unknown)
    assert practice.moved() == [("capture", 12_345), ("refund", -12_345)]


def test_look_up_only_reads(practice: Any, gateway: base.Gateway) -> None:
    back = refunds.refunds(gateway)
    ref = charged(gateway, practice.good_card())
    assert back.look_up_refund("never sent") == base.NotFound()
    assert back.look_up_refund("c") == base.NotFound()  # that is the charge's key
    assert isinstance(back.refund(asked_back("never sent", ref)), refunds.Refunded)


@pytest.mark.parametrize("after", [True, False])
def test_lost_answer_is_unknown(practice: Any, gateway: base.Gateway, *, after: bool) -> None:
    back = refunds.refunds(gateway)
    ref = charged(gateway, practice.good_card())
    (practice.lose_answer_after if after else practice.lose_answer_before)("refund")
    assert isinstance(back.refund(asked_back("r", ref)), base.Unknown)
    if after:
        assert isinstance(back.look_up_refund("r"), refunds.Refunded)
        assert isinstance(back.fence_refund("r"), refunds.Refunded)
    else:
        assert back.look_up_refund("r") == base.NotFound()
        assert back.fence_refund("r") == base.Fenced()
    assert practice.moved().count(("refund", -12_345)) == int(after)


def test_an_answer_that_comes_too_late_is_unknown(practice: Any, gateway: base.Gateway) -> None:
    back = refunds.refunds(gateway)
    ref = charged(gateway, practice.good_card())
    practice.be_slow(7, "refund")
    assert isinstance(back.refund(asked_back("too late", ref)), base.Unknown)
    assert isinstance(back.look_up_refund("too late"), refunds.Refunded)


def test_server_error_is_unknown(practice: Any, gateway: base.Gateway) -> None:
    back = refunds.refunds(gateway)
    ref = charged(gateway, practice.good_card())
    practice.fail_once("refund")
    assert isinstance(back.refund(asked_back("r", ref)), base.Unknown)


@pytest.mark.parametrize("call", ["look_up", "fence"])
def test_lost_answer_to_a_question_is_unknown(practice: Any, gateway: base.Gateway, call: str) -> None:
    practice.lose_answer_after(call)
    question = getattr(refunds.refunds(gateway), f"{call}_refund")
    assert isinstance(question("r"), base.Unknown)
    practice.fail_once(call)
    assert isinstance(question("r"), base.Unknown)
    assert question("r") == (base.NotFound() if call == "look_up" else base.Fenced())


def test_delayed_request_after_the_fence_moves_no_money(practice: Any, gateway: base.Gateway) -> None:
    back = refunds.refunds(gateway)
    ref = charged(gateway, practice.good_card())
    practice.delay_request("refund")
    assert isinstance(back.refund(asked_back("r", ref)), base.Unknown)
    assert back.look_up_refund("r") == base.NotFound()
    assert back.fence_refund("r") == base.Fenced()
    practice.deliver_delayed()
    practice.pass_days(60)
    assert back.refund(asked_back("r", ref)) == refunds.RefundFailed("", "key_fenced")
    assert back.fence_refund("r") == base.Fenced()
    assert practice.moved() == [("capture", 12_345)]


def test_not_found_proves_nothing(practice: Any, gateway: base.Gateway) -> None:
    back = refunds.refunds(gateway)
    ref = charged(gateway, practice.good_card())
    practice.delay_request("refund")
    back.refund(asked_back("r", ref))
    assert back.look_up_refund("r") == base.NotFound()
    practice.deliver_delayed()
    assert isinstance(back.look_up_refund("r"), refunds.Refunded)
    assert isinstance(back.fence_refund("r"), refunds.Refunded)
    assert practice.moved() == [("capture", 12_345), ("refund", -12_345)]


def test_wrong_key_is_refused_and_questions_stay_unknown(practice: Any, gateway: base.Gateway) -> None:
    ref = charged(gateway, practice.good_card())
    stranger = registry.open_gateway(key=practice.key, config={**practice.config, "secret_key": "wrong"})
    back = refunds.refunds(stranger)
    failed = back.refund(asked_back("r", ref))
    assert isinstance(failed, refunds.RefundFailed)
    assert (failed.gateway_ref, bool(failed.code)) == ("", True)
    assert isinstance(back.look_up_refund("r"), base.Unknown)
    assert isinstance(back.fence_refund("r"), base.Unknown)


def test_events_are_verified_and_name_the_refunds_key(practice: Any, gateway: base.Gateway) -> None:
    back, now = refunds.refunds(gateway), practice.other_side.time.now
    slow = charged(gateway, practice.card_with_slow_refund(), "c1")
    swift = charged(gateway, practice.card_whose_refund_comes_back(), "c2")
    practice.forge()
    back.refund(asked_back("r1", slow))
    back.refund(asked_back("r2", swift))
    heard, forged = [], 0
    for body, headers in practice.told():
        try:
            news = base.reads_events(gateway).verify(body, headers, now)
        except base.Forged:
            forged += 1
            continue
        assert news is not None
        heard.append((news.kind, news.key, news.token))
    assert forged == 1
    assert [told for told in heard if told[0].startswith("refund.")] == [
        ("refund.pending", "r1", None),
        ("refund.succeeded", "r2", None),
    ]
    practice.pass_days(7)
    later = [
        base.reads_events(gateway).verify(body, headers, practice.other_side.time.now)
        for body, headers in practice.told()
        if b"refund.failed" in body
    ]
    assert [(news.kind, news.key) for news in later if news] == [("refund.failed", "r2")]


def test_books_name_the_refund_and_its_charge(practice: Any, gateway: base.Gateway) -> None:
    ref = charged(gateway, practice.good_card())
    refunds.refunds(gateway).refund(asked_back("r", ref, amount_minor=45))
    line = base.keeps_books(gateway).movements(None).items[-1]
    assert (line.kind, line.amount_minor, line.key, line.gateway_ref) == ("refund", -45, "r", ref)


class WithoutRefunds:
    """A gateway that only charges."""

    key = "plain"
    kinds: frozenset[base.Kind] = frozenset()
    quiet_after = None

    def charge(self, request: base.ChargeRequest) -> base.Result:
        return base.Unknown("never asked")

    def look_up(self, key: str) -> base.Result | base.NotFound:
        return base.NotFound()

    def fence(self, key: str) -> base.Fenced | base.Result:
        return base.Fenced()


def test_a_gateway_that_sends_no_money_back_says_so() -> None:
    with pytest.raises(base.NotOffered):
        refunds.refunds(WithoutRefunds())
