"""What every gateway must keep to that saves cards and bank accounts and validates them."""

from __future__ import annotations

from typing import Any

import pytest

from counterfoil.gateways import base, micro_deposits
from tests.gateways.practices import asked


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
    methods, deposits = base.saves_methods(gateway), micro_deposits.sends_micro_deposits(gateway)
    token = practice.bank_by_amounts()
    assert methods.check_bank(token).check == "unsupported"
    assert deposits.start_micro_deposits(token).check == "pending"
    first, second = practice.amounts(token)
    assert deposits.start_micro_deposits(token).check == "pending"
    assert practice.amounts(token) == (first, second)
    assert deposits.confirm_micro_deposits(token, (first, second)) == micro_deposits.NotArrived()
    practice.pass_days(4)
    assert deposits.confirm_micro_deposits(token, (second, first)) == micro_deposits.Matched()
    assert deposits.confirm_micro_deposits(token, (first, second)) == micro_deposits.Matched()
    details = methods.token_details(token)
    assert isinstance(details, base.TokenDetails)
    assert details.check == "passed"
    assert isinstance(gateway.charge(asked("k", token)), base.Accepted)


def test_guessing_the_two_amounts_locks_the_account(practice: Any, gateway: base.Gateway) -> None:
    deposits, token = micro_deposits.sends_micro_deposits(gateway), practice.bank_by_amounts()
    deposits.start_micro_deposits(token)
    practice.pass_days(4)
    right = practice.amounts(token)
    wrong = (right[0] % 99 + 1, right[1])
    answers = [deposits.confirm_micro_deposits(token, wrong) for _ in range(4)]
    assert answers == [
        micro_deposits.Mismatched(2),
        micro_deposits.Mismatched(1),
        micro_deposits.Locked(),
        micro_deposits.Locked(),
    ]
    assert deposits.confirm_micro_deposits(token, right) == micro_deposits.Locked()
    details = base.saves_methods(gateway).token_details(token)
    assert isinstance(details, base.TokenDetails)
    assert details.check == "failed"


def test_an_account_the_bank_does_not_know_gets_no_amounts(practice: Any, gateway: base.Gateway) -> None:
    with pytest.raises(base.Refused):
        micro_deposits.sends_micro_deposits(gateway).start_micro_deposits(practice.unchecked_bank())


def test_a_lost_answer_about_amounts_says_so_and_can_be_asked_again(
    practice: Any, gateway: base.Gateway
) -> None:
    deposits, token = micro_deposits.sends_micro_deposits(gateway), practice.bank_by_amounts()
    practice.lose_answer_after("any")
    with pytest.raises(base.Unavailable):
        deposits.start_micro_deposits(token)
    assert deposits.start_micro_deposits(token).check == "pending"
    practice.pass_days(4)
    practice.lose_answer_after("any")
    with pytest.raises(base.Unavailable):
        deposits.confirm_micro_deposits(token, practice.amounts(token))
    assert deposits.confirm_micro_deposits(token, practice.amounts(token)) == micro_deposits.Matched()


def test_client_setup_names_its_origins(gateway: base.Gateway) -> None:
    setup = base.saves_methods(gateway).client_setup(
        "card", "n1", "es", "http://localhost:8000/back/?a=1&b=2"
    )
    assert setup.frame_url.startswith(setup.origin)
    assert setup.page_url.startswith(setup.origin)
    assert "n1" in setup.frame_url
    assert setup.origin in setup.csp.frame
    assert setup.origin in setup.csp.form_action
