"""Every return code and decline class: tried again or not, how often, how long, and what stops."""

from __future__ import annotations

from datetime import date

import pytest

from counterfoil.core.calendar import FED
from counterfoil.gateways.base import DeclineClass
from counterfoil.schedules import policy
from counterfoil.schedules.policy import Failure, Limits

LIMITS = Limits(ach_retries=2, ach_within_days=180, card_tries=4, card_within_days=30)
TODAY = date(2026, 12, 1)


def judge(
    *, code: str = "", decline: str = "", tries: int = 0, first_on: date = TODAY, today: date = TODAY
) -> policy.Verdict:
    failure = Failure(bool(code), code, decline, tries, first_on, today)
    return policy.judge(failure=failure, limits=LIMITS)


@pytest.mark.parametrize("code", ["R01", "R09"])
def test_want_of_money_is_presented_again_at_most_twice(code: str) -> None:
    assert judge(code=code).retry_on == date(2026, 12, 4)
    assert judge(code=code, tries=1).retry_on == date(2026, 12, 4)
    assert judge(code=code, tries=2).retry_on is None


def test_and_within_180_days_of_the_first() -> None:
    first_on = date(2026, 6, 10)
    assert judge(code="R01", tries=1, first_on=first_on).retry_on == date(2026, 12, 4)
    # Sent on Friday, the bank takes it on Monday, December 7: the 180th day of June 10.
    assert (date(2026, 12, 7) - first_on).days == 180
    assert judge(code="R01", tries=1, first_on=date(2026, 6, 9)).retry_on is None


@pytest.mark.parametrize("number", range(1, 91))
def test_no_other_code_is_ever_presented_again(number: int) -> None:
    code = f"R{number:02}"
    if code not in policy.RETRY:
        assert judge(code=code).retry_on is None


@pytest.mark.parametrize("code", ["R05", "R07", "R08", "R10", "R11", "R29", "R51"])
def test_a_permission_in_doubt_stops_everything_until_a_new_one(code: str) -> None:
    assert judge(code=code).stops == "unauthorized"


@pytest.mark.parametrize("code", ["R02", "R03", "R04", "R12", "R13", "R15", "R16", "R20", "R34", "R99"])
def test_a_dead_account_stops_what_uses_it(code: str) -> None:
    assert judge(code=code).stops == "method"


@pytest.mark.parametrize("decline", ["hard_account", "hard_not_allowed", "fraud_block", "hard_revoked"])
def test_a_hard_decline_is_never_tried_again_and_stops_the_card(decline: str) -> None:
    verdict = judge(decline=decline)
    assert verdict.retry_on is None
    assert verdict.stops == ("unauthorized" if decline == "hard_revoked" else "method")


@pytest.mark.parametrize(
    "decline", ["fix_data", "auth_needed", "prepaid_limit", "config", "token", "unheard_of"]
)
def test_what_needs_a_person_waits_for_one(decline: str) -> None:
    assert judge(decline=decline) == policy.Verdict()


def test_want_of_money_on_a_card_is_tried_four_times_in_all() -> None:
    assert [judge(decline="soft_funds", tries=n).retry_on is not None for n in range(5)] == [
        True, True, True, False, False,
    ]  # fmt: skip


def test_a_fault_is_tried_on_the_next_day_twice() -> None:
    assert judge(decline="soft_tech").retry_on == date(2026, 12, 2)
    assert [judge(decline="soft_tech", tries=n).retry_on is not None for n in range(3)] == [True, True, False]


def test_an_unexplained_no_is_tried_once_after_three_days() -> None:
    assert judge(decline="issuer_unspec").retry_on == date(2026, 12, 4)
    assert judge(decline="issuer_unspec", tries=1).retry_on is None


def test_no_card_is_tried_on_the_thirtieth_day_or_later() -> None:
    assert judge(decline="soft_funds", tries=1, first_on=date(2026, 11, 4)).retry_on is None
    assert judge(decline="soft_funds", tries=1, first_on=date(2026, 11, 5)).retry_on == date(2026, 12, 4)


@pytest.mark.parametrize("decline", [str(each) for each in DeclineClass])
def test_a_try_is_on_a_bank_day_after_today(decline: str) -> None:
    on = judge(decline=decline, today=date(2026, 12, 23)).retry_on
    assert on is None or (on > date(2026, 12, 23) and FED.is_bank_day(on))
