"""What every gateway reached over a network must keep to, whatever it is called (engine.md 2).

A gateway joins by a line in PRACTICES: how to make a connection whose other side the test can lead astray.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from counterfoil.gateways import base, registry
from counterfoil.gateways.sandbox import client as sandbox_client
from counterfoil_sandbox import magic, store
from tests.factories import sandbox as sandboxes


class SandboxPractice:
    """The sandbox in this process, told what to do wrong."""

    key = "sandbox"

    def __init__(self, base_store: store.Store) -> None:
        self.other_side = sandboxes.practice(base_store)
        self.config = self.other_side.config()
        sandbox_client.mount(base_url=self.config["base_url"], transport=self.other_side.transport)

    def close(self) -> None:
        sandbox_client.mount(base_url=self.config["base_url"], transport=None)

    def good_card(self) -> str:
        return self.other_side.card()

    def good_bank(self) -> str:
        return self.other_side.bank()

    def returning_bank(self) -> str:
        return self.other_side.bank("000111111116")

    def unchecked_bank(self) -> str:
        return self.other_side.bank("000444444440")

    def card_to_confirm(self) -> str:
        return self.other_side.card("4000002500003155")

    def bank_by_amounts(self) -> str:
        return self.other_side.bank("000555555551")

    def amounts(self, token: str) -> tuple[int, int]:
        return self.other_side.amounts(token)

    def decide(self, url: str, decision: str) -> str:
        return str(self.other_side.visit(url, decision).headers["location"])

    def declining_cards(self) -> Iterator[tuple[str, base.DeclineClass]]:
        for card in magic.CARDS:
            if card.behavior.does == "decline":
                yield self.other_side.card(card.number), base.DeclineClass[card.decline_class]

    def lose_answer_before(self, call: str = "charge") -> None:
        self.other_side.arm("answer_lost_before", on=call)

    def lose_answer_after(self, call: str = "charge") -> None:
        self.other_side.arm("answer_lost_after", on=call)

    def fail_once(self, call: str = "charge") -> None:
        self.other_side.arm("error_500_then_success", on=call)

    def delay_request(self) -> None:
        self.other_side.arm("delayed_execution", seconds=60)

    def deliver_delayed(self) -> None:
        self.other_side.admin("deliver-delayed", merchant=self.other_side.id)

    def pass_days(self, days: int) -> None:
        self.other_side.wait(days=days)

    def moved(self) -> list[tuple[str, int]]:
        return self.other_side.movements()

    def told(self) -> list[tuple[bytes, dict[str, str]]]:
        return [(delivery.body, delivery.headers) for delivery in self.other_side.due()]

    def forge(self) -> None:
        self.other_side.arm("event_forged")


PRACTICES: dict[str, Callable[[store.Store], Any]] = {"sandbox": SandboxPractice}


@pytest.fixture(params=sorted(registry.FACTORIES))
def practice(request: pytest.FixtureRequest, base_store: store.Store) -> Iterator[Any]:
    made = PRACTICES[request.param](base_store)
    yield made
    made.close()


@pytest.fixture
def gateway(practice: Any) -> base.Gateway:
    return registry.open_gateway(key=practice.key, config=practice.config)


def asked(key: str, token: str, **values: Any) -> base.ChargeRequest:
    preset: dict[str, Any] = {
        "amount_minor": 12_345,
        "currency": "USD",
        "reference": "pay_1",
        "description": "Invoice 7",
        "effective_on": date(2026, 11, 20),
        "initiated_by": "payer",
        "return_url": "http://localhost:8000/payments/pay_1/",
    }
    return base.ChargeRequest(key=key, token=token, **{**preset, **values})


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


def test_a_cards_expiry_date_is_changed_and_its_token_stays(practice: Any, gateway: base.Gateway) -> None:
    methods, token = base.updates_methods(gateway), practice.good_card()
    for _ in range(2):
        details = methods.update_expiry(token, month=4, year=2031)
        assert (details.token, details.exp_month, details.exp_year) == (token, 4, 2031)
    assert base.saves_methods(gateway).token_details(token) == details
    for month, year in ((13, 2031), (1, 2020)):
        with pytest.raises(base.Refused):
            methods.update_expiry(token, month=month, year=year)
    for other in (practice.good_bank(), "tok_nobody"):
        with pytest.raises(base.Refused):
            methods.update_expiry(other, month=4, year=2031)


def test_methods_are_shown_checked_and_forgotten(practice: Any, gateway: base.Gateway) -> None:
    methods = base.saves_methods(gateway)
    token = practice.good_bank()
    details = methods.token_details(token)
    assert isinstance(details, base.TokenDetails)
    assert (details.kind, details.last4, details.check) == ("bank", "6789", "not_run")
    assert (details.bank_name, details.account_kind, details.holder_kind) == (
        "Sandbox Bank",
        "checking",
        "personal",
    )
    assert details.holder_name == "Ann Resident"
    assert methods.check_bank(token).check == "passed"
    assert methods.check_bank(practice.unchecked_bank()).check == "failed"
    for _ in range(2):
        methods.forget(token)
    assert methods.token_details(token) == base.NotFound()
    card = methods.token_details(practice.good_card())
    assert isinstance(card, base.TokenDetails)
    assert (card.brand, card.last4, card.exp_month, card.exp_year, card.funding) == (
        "visa",
        "4242",
        12,
        2040,
        "credit",
    )


def test_two_small_amounts_validate_an_account(practice: Any, gateway: base.Gateway) -> None:
    """NA-08, NA-11: sent once, typed in either order, and typing them again changes nothing."""
    methods, deposits = base.saves_methods(gateway), base.sends_micro_deposits(gateway)
    token = practice.bank_by_amounts()
    assert methods.check_bank(token).check == "unsupported"
    assert deposits.start_micro_deposits(token).check == "pending"
    first, second = practice.amounts(token)
    assert deposits.start_micro_deposits(token).check == "pending"
    assert practice.amounts(token) == (first, second)
    assert deposits.confirm_micro_deposits(token, (first, second)) == base.NotArrived()
    practice.pass_days(4)
    assert deposits.confirm_micro_deposits(token, (second, first)) == base.Matched()
    assert deposits.confirm_micro_deposits(token, (first, second)) == base.Matched()
    details = methods.token_details(token)
    assert isinstance(details, base.TokenDetails)
    assert details.check == "passed"
    assert isinstance(gateway.charge(asked("k", token)), base.Accepted)


def test_guessing_the_two_amounts_locks_the_account(practice: Any, gateway: base.Gateway) -> None:
    deposits, token = base.sends_micro_deposits(gateway), practice.bank_by_amounts()
    deposits.start_micro_deposits(token)
    practice.pass_days(4)
    right = practice.amounts(token)
    wrong = (right[0] % 99 + 1, right[1])
    answers = [deposits.confirm_micro_deposits(token, wrong) for _ in range(4)]
    assert answers == [base.Mismatched(2), base.Mismatched(1), base.Locked(), base.Locked()]
    assert deposits.confirm_micro_deposits(token, right) == base.Locked()
    details = base.saves_methods(gateway).token_details(token)
    assert isinstance(details, base.TokenDetails)
    assert details.check == "failed"


def test_an_account_the_bank_does_not_know_gets_no_amounts(practice: Any, gateway: base.Gateway) -> None:
    with pytest.raises(base.Refused):
        base.sends_micro_deposits(gateway).start_micro_deposits(practice.unchecked_bank())


def test_a_lost_answer_about_amounts_says_so_and_can_be_asked_again(
    practice: Any, gateway: base.Gateway
) -> None:
    deposits, token = base.sends_micro_deposits(gateway), practice.bank_by_amounts()
    practice.lose_answer_after("any")
    with pytest.raises(base.Unavailable):
        deposits.start_micro_deposits(token)
    assert deposits.start_micro_deposits(token).check == "pending"
    practice.pass_days(4)
    practice.lose_answer_after("any")
    with pytest.raises(base.Unavailable):
        deposits.confirm_micro_deposits(token, practice.amounts(token))
    assert deposits.confirm_micro_deposits(token, practice.amounts(token)) == base.Matched()


def begun(gateway: base.Gateway, key: str = "a") -> base.AgreementWaiting:
    found = base.opens_wallets(gateway).begin_agreement(key, "http://localhost:8000/back/?a=1", "en")
    assert isinstance(found, base.AgreementWaiting)
    return found


def test_a_wallet_is_agreed_to_once_and_charged_without_its_holder(
    practice: Any, gateway: base.Gateway
) -> None:
    wallets, asking = base.opens_wallets(gateway), begun(gateway)
    assert begun(gateway) == asking == wallets.look_up_agreement(asking.ref)
    assert practice.decide(asking.url, "approve") == "http://localhost:8000/back/?a=1"
    agreed = wallets.look_up_agreement(asking.ref)
    assert isinstance(agreed, base.AgreementApproved)
    # Another tab, Back, a second return: nothing changes.
    practice.decide(asking.url, "refuse")
    practice.decide(asking.url, "approve")
    assert wallets.look_up_agreement(asking.ref) == agreed
    assert wallets.begin_agreement("a", "http://localhost:8000/back/?a=1", "en") == agreed
    details = base.saves_methods(gateway).token_details(agreed.token)
    assert isinstance(details, base.TokenDetails)
    assert (details.kind, details.is_revoked) == ("wallet", False)
    assert isinstance(gateway.charge(asked("k", agreed.token, initiated_by="merchant")), base.Settled)
    assert isinstance(gateway.charge(asked("k2", agreed.token)), base.ActionNeeded)


def test_a_wallet_that_is_not_agreed_to(practice: Any, gateway: base.Gateway) -> None:
    wallets, asking = base.opens_wallets(gateway), begun(gateway)
    practice.decide(asking.url, "refuse")
    assert wallets.look_up_agreement(asking.ref) == base.AgreementEnded(asking.ref)
    assert wallets.look_up_agreement("agr_nobody") == base.NotFound()
    with pytest.raises(base.Refused):
        wallets.begin_agreement("b", "https://elsewhere.test/", "en")


def test_an_agreement_taken_back_there_declines_and_is_told(practice: Any, gateway: base.Gateway) -> None:
    wallets, asking = base.opens_wallets(gateway), begun(gateway)
    practice.decide(asking.url, "approve")
    agreed = wallets.look_up_agreement(asking.ref)
    assert isinstance(agreed, base.AgreementApproved)
    practice.decide(asking.url, "withdraw")
    assert wallets.look_up_agreement(asking.ref) == base.AgreementEnded(asking.ref)
    for key, who in (("k1", "merchant"), ("k2", "payer")):
        result = gateway.charge(asked(key, agreed.token, initiated_by=who))
        assert isinstance(result, base.Declined)
        assert result.decline_class is base.DeclineClass.HARD_REVOKED
    details = base.saves_methods(gateway).token_details(agreed.token)
    assert isinstance(details, base.TokenDetails)
    assert details.is_revoked
    events, now = base.reads_events(gateway), practice.other_side.time.now
    told = [events.verify(body, headers, now) for body, headers in practice.told()]
    assert ("token.revoked", agreed.token) in [(news.kind, news.token) for news in told if news]
    assert practice.moved() == []


@pytest.mark.parametrize(("decision", "ends"), [("approve", base.Settled), ("refuse", base.Canceled)])
def test_a_wallet_is_asked_for_each_payment_where_nothing_is_agreed(
    practice: Any, gateway: base.Gateway, decision: str, ends: type
) -> None:
    once = base.opens_wallets(gateway).open_once()
    waiting = gateway.charge(asked("k", once.token))
    assert isinstance(waiting, base.ActionNeeded)
    assert practice.decide(waiting.url, decision) == "http://localhost:8000/payments/pay_1/"
    assert isinstance(gateway.look_up("k"), ends)
    practice.decide(waiting.url, "approve")
    assert isinstance(gateway.look_up("k"), ends)
    assert len(practice.moved()) == int(decision == "approve")
    alone = gateway.charge(asked("k2", once.token, initiated_by="merchant"))
    assert isinstance(alone, base.Declined)
    # Nobody ever comes back: fenced, and a late yes moves nothing.
    left = gateway.charge(asked("k3", once.token))
    assert isinstance(left, base.ActionNeeded)
    assert gateway.fence("k3") == base.Fenced()
    practice.decide(left.url, "approve")
    assert len(practice.moved()) == int(decision == "approve")


def test_reads_that_fail_say_so(practice: Any, gateway: base.Gateway) -> None:
    methods, books = base.saves_methods(gateway), base.keeps_books(gateway)
    token = practice.good_bank()
    practice.lose_answer_before("any")
    with pytest.raises(base.Unavailable):
        methods.token_details(token)
    practice.fail_once("any")
    with pytest.raises(base.Unavailable):
        books.movements(None)
    stranger = registry.open_gateway(key=practice.key, config={**practice.config, "secret_key": "wrong"})
    with pytest.raises(base.Refused):
        base.keeps_books(stranger).movements(None)


def test_client_setup_names_its_origins(gateway: base.Gateway) -> None:
    setup = base.saves_methods(gateway).client_setup(
        "card", "n1", "es", "http://localhost:8000/back/?a=1&b=2"
    )
    assert setup.frame_url.startswith(setup.origin)
    assert setup.page_url.startswith(setup.origin)
    assert "n1" in setup.frame_url
    assert setup.origin in setup.csp.frame
    assert setup.origin in setup.csp.form_action


def test_books_are_read_page_by_page(practice: Any, gateway: base.Gateway) -> None:
    token = practice.good_card()
    for number in range(3):
        gateway.charge(asked(f"k{number}", token, amount_minor=100 + number))
    books = base.keeps_books(gateway)
    page = books.movements(None)
    assert [(line.key, line.amount_minor, line.kind) for line in page.items] == [
        ("k0", 100, "capture"),
        ("k1", 101, "capture"),
        ("k2", 102, "capture"),
    ]
    assert page.next is None
    assert [line.key for line in books.movements(page.items[0].id).items] == ["k1", "k2"]


def test_events_are_verified_and_name_their_key(practice: Any, gateway: base.Gateway) -> None:
    gateway.charge(asked("k", practice.good_card()))
    [(body, headers)] = practice.told()
    news = base.reads_events(gateway).verify(body, headers, practice.other_side.time.now)
    assert news is not None
    assert (news.kind, news.key, news.token) == ("charge.captured", "k", None)
    assert news.event_id.startswith("evt_")


def test_forged_events_are_refused(practice: Any, gateway: base.Gateway) -> None:
    events, now = base.reads_events(gateway), practice.other_side.time.now
    practice.forge()
    gateway.charge(asked("k", practice.good_card()))
    (good, good_headers), (bad, bad_headers) = practice.told()
    assert events.verify(good, good_headers, now) is not None
    for body, headers in ((bad, bad_headers), (bad, good_headers), (good + b" ", good_headers), (good, {})):
        with pytest.raises(base.Forged):
            events.verify(body, headers, now)


@pytest.mark.parametrize("minutes", [-6, 6])
def test_events_signed_long_ago_or_ahead_are_refused(
    practice: Any, gateway: base.Gateway, minutes: int
) -> None:
    gateway.charge(asked("k", practice.good_card()))
    [(body, headers)] = practice.told()
    with pytest.raises(base.Forged):
        base.reads_events(gateway).verify(
            body, headers, practice.other_side.time.now + timedelta(minutes=minutes)
        )


def test_events_of_no_interest_are_passed_over(practice: Any, gateway: base.Gateway) -> None:
    now = practice.other_side.time.now
    body = json.dumps(
        {"id": "evt_1", "type": "weather.changed", "created_at": now.isoformat(), "data": {}}
    ).encode()
    stamp = int(now.timestamp())
    signed = f"{stamp}.".encode() + body
    mac = hmac.new(practice.config["webhook_secret"].encode(), signed, hashlib.sha256).hexdigest()
    headers = {"SANDBOX-SIGNATURE": f"t={stamp},v1={mac}"}
    assert base.reads_events(gateway).verify(body, headers, now) is None


def test_unknown_gateway_and_missing_settings() -> None:
    with pytest.raises(base.NotOffered):
        registry.open_gateway(key="nobody", config={})
    with pytest.raises(base.NotOffered):
        registry.setting_fields(key="nobody")
    for key in registry.FACTORIES:
        with pytest.raises(base.Refused):
            registry.open_gateway(key=key, config={})
