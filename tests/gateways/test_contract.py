"""What every gateway reached over a network must keep to when it charges, whatever it is called (engine.md 2)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from counterfoil.gateways import base, registry
from tests.gateways.practices import asked


def test_every_gateway_can_fence_or_says_when_it_is_quiet(gateway: base.Gateway) -> None:
    assert gateway.quiet_after is None or gateway.quiet_after > timedelta(0)
    assert gateway.kinds
    assert registry.setting_fields(key=gateway.key)


def test_card_is_settled_and_the_same_key_moves_money_once(practice: Any, gateway: base.Gateway) -> None:
    token = practice.good_card()
    first, second = gateway.charge(asked("k", token)), gateway.charge(asked("k", token))
    assert isinstance(first, base.Settled)
    assert first == second == gateway.look_up("k")
    assert practice.moved() == [("capture", 12_345)]


def test_every_answer_says_what_the_gateway_has_under_the_key(practice: Any, gateway: base.Gateway) -> None:
    """WH-04: amount, currency and reference come from the gateway's books, not from what we asked."""
    declining = next(practice.declining_cards())[0]
    tokens = {
        "settled": practice.good_card(),
        "accepted": practice.good_bank(),
        "action": practice.card_to_confirm(),
        "declined": declining,
        "returned": practice.returning_bank(),
    }
    for number, (key, token) in enumerate(tokens.items()):
        request = asked(key, token, amount_minor=500 + number, reference=f"pay_{key}")
        expected = base.Figures(500 + number, "USD", f"pay_{key}")
        answer = gateway.charge(request)
        assert answer.figures == expected, key  # type: ignore[union-attr]
        assert gateway.look_up(key).figures == expected, key  # type: ignore[union-attr]
    practice.pass_days(10)
    for key, kind in (("accepted", base.Funded), ("returned", base.Returned)):
        later = gateway.look_up(key)
        assert isinstance(later, kind)
        assert later.figures is not None
        assert later.figures.reference == f"pay_{key}"


def test_same_key_with_another_amount_is_unknown_not_declined(practice: Any, gateway: base.Gateway) -> None:
    token = practice.good_card()
    gateway.charge(asked("k", token))
    assert isinstance(gateway.charge(asked("k", token, amount_minor=1)), base.Unknown)
    assert practice.moved() == [("capture", 12_345)]


def test_look_up_only_reads(practice: Any, gateway: base.Gateway) -> None:
    assert gateway.look_up("never sent") == base.NotFound()
    assert gateway.look_up("never sent") == base.NotFound()
    assert practice.moved() == []
    assert isinstance(gateway.charge(asked("never sent", practice.good_card())), base.Settled)


@pytest.mark.parametrize("after", [True, False])
def test_lost_answer_is_unknown(practice: Any, gateway: base.Gateway, *, after: bool) -> None:
    token = practice.good_card()
    (practice.lose_answer_after if after else practice.lose_answer_before)()
    assert isinstance(gateway.charge(asked("k", token)), base.Unknown)
    if after:
        assert isinstance(gateway.look_up("k"), base.Settled)
        assert isinstance(gateway.fence("k"), base.Settled)
    else:
        assert gateway.look_up("k") == base.NotFound()
        assert gateway.fence("k") == base.Fenced()
    assert len(practice.moved()) == int(after)


def test_an_answer_that_comes_too_late_is_unknown(practice: Any, gateway: base.Gateway) -> None:
    """A payer waits six seconds: what comes later was done all the same."""
    token = practice.good_card()
    practice.be_slow(5)
    assert isinstance(gateway.charge(asked("in time", token)), base.Settled)
    practice.be_slow(7)
    assert isinstance(gateway.charge(asked("too late", token)), base.Unknown)
    practice.be_slow(7, "look_up")
    assert isinstance(gateway.look_up("too late"), base.Unknown)
    assert isinstance(gateway.look_up("too late"), base.Settled)
    assert len(practice.moved()) == 2


def test_server_error_is_unknown(practice: Any, gateway: base.Gateway) -> None:
    token = practice.good_card()
    practice.fail_once()
    assert isinstance(gateway.charge(asked("k", token)), base.Unknown)


@pytest.mark.parametrize("call", ["look_up", "fence"])
def test_lost_answer_to_a_question_is_unknown(practice: Any, gateway: base.Gateway, call: str) -> None:
    practice.lose_answer_after(call)
    question = getattr(gateway, call)
    assert isinstance(question("k"), base.Unknown)
    practice.fail_once(call)
    assert isinstance(question("k"), base.Unknown)
    assert question("k") == (base.NotFound() if call == "look_up" else base.Fenced())


def test_delayed_request_after_the_fence_moves_no_money(practice: Any, gateway: base.Gateway) -> None:
    token = practice.good_card()
    practice.delay_request()
    assert isinstance(gateway.charge(asked("k", token)), base.Unknown)
    assert gateway.look_up("k") == base.NotFound()
    assert gateway.fence("k") == base.Fenced()
    practice.deliver_delayed()
    practice.pass_days(60)
    assert gateway.charge(asked("k", token)) == base.Canceled("")
    assert gateway.fence("k") == base.Fenced()
    assert practice.moved() == []


def test_not_found_proves_nothing(practice: Any, gateway: base.Gateway) -> None:
    token = practice.good_card()
    practice.delay_request()
    gateway.charge(asked("k", token))
    assert gateway.look_up("k") == base.NotFound()
    practice.deliver_delayed()
    assert isinstance(gateway.look_up("k"), base.Settled)
    assert isinstance(gateway.fence("k"), base.Settled)
    assert practice.moved() == [("capture", 12_345)]


def test_declines_map_for_each_class(practice: Any, gateway: base.Gateway) -> None:
    seen = set()
    for number, (token, expected) in enumerate(practice.declining_cards()):
        result = gateway.charge(asked(f"k{number}", token))
        assert isinstance(result, base.Declined)
        assert (result.decline_class, bool(result.code)) == (expected, True)
        assert gateway.look_up(f"k{number}") == result
        seen.add(result.decline_class)
    automatic = gateway.charge(asked("auto", practice.card_to_confirm(), initiated_by="merchant"))
    assert isinstance(automatic, base.Declined)
    seen.add(automatic.decline_class)
    assert seen == set(base.DeclineClass)
    assert practice.moved() == []


def test_unknown_token_is_declined(practice: Any, gateway: base.Gateway) -> None:
    result = gateway.charge(asked("k", "tok_nobody"))
    assert isinstance(result, base.Declined)
    assert result.decline_class is base.DeclineClass.TOKEN


def test_wrong_key_is_our_fault(practice: Any) -> None:
    stranger = registry.open_gateway(key=practice.key, config={**practice.config, "secret_key": "wrong"})
    result = stranger.charge(asked("k", practice.good_card()))
    assert isinstance(result, base.Declined)
    assert result.decline_class is base.DeclineClass.CONFIG
    assert isinstance(stranger.look_up("k"), base.Unknown)


def test_action_needed_then_fenced(practice: Any, gateway: base.Gateway) -> None:
    result = gateway.charge(asked("k", practice.card_to_confirm()))
    assert isinstance(result, base.ActionNeeded)
    assert result.url.startswith("http")
    assert gateway.fence("k") == base.Fenced()
    assert isinstance(gateway.look_up("k"), base.Canceled)
    assert practice.moved() == []


def test_bank_debit_is_accepted_funded_and_stays(practice: Any, gateway: base.Gateway) -> None:
    result = gateway.charge(asked("k", practice.good_bank()))
    assert result == base.Accepted(result.gateway_ref, date(2026, 11, 27))  # type: ignore[union-attr]
    practice.pass_days(4)
    assert gateway.look_up("k") == base.Funded(result.gateway_ref, date(2026, 11, 23))
    practice.pass_days(90)
    assert isinstance(gateway.look_up("k"), base.Funded)
    assert practice.moved() == [("bank_debit", 12_345)]


def test_bank_debit_comes_back(practice: Any, gateway: base.Gateway) -> None:
    result = gateway.charge(asked("k", practice.returning_bank()))
    assert isinstance(result, base.Accepted)
    practice.pass_days(10)
    assert gateway.look_up("k") == base.Returned(result.gateway_ref, "R01", date(2026, 11, 24))
    assert practice.moved() == [("bank_debit", 12_345), ("return", -12_345)]


def test_unknown_gateway_and_missing_settings() -> None:
    with pytest.raises(base.NotOffered):
        registry.open_gateway(key="nobody", config={})
    with pytest.raises(base.NotOffered):
        registry.setting_fields(key="nobody")
    for key in registry.FACTORIES:
        with pytest.raises(base.Refused):
            registry.open_gateway(key=key, config={})
