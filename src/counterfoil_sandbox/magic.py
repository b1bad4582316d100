"""The magic values: which card and account numbers do what. Printed as docs/reference/sandbox-values.md.

Numbers live only here and in the browser; a token keeps the name of a behavior, never a number.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from stdnum import luhn
from stdnum.us import rtn

# First two digits of a routing number: Federal Reserve districts, thrifts, electronic items, travelers checks.
DISTRICTS: Final = {*range(1, 13), *range(21, 33), *range(61, 73), 80}
Does = Literal["approve", "decline", "confirm", "settle", "return", "correct"]
RefundEnds = Literal["succeed", "fail", "come_back"]


@dataclass(frozen=True, slots=True)
class RefundCourse:
    """How a refund goes: it ends after so many bank days, at once after none; `come_back` leaves at once."""

    ends: RefundEnds
    bank_days: int = 0
    code: str = ""
    says: str = ""


@dataclass(frozen=True, slots=True)
class Behavior:
    """What a method does when it is charged; kept in a token as `name`. `is_once`: it settles from then on."""

    name: str
    does: Does
    code: str = ""
    network_code: str = ""
    advice_code: str = ""
    bank_days: int = 0
    calendar_days: int = 0
    fails_check: bool = False
    takes_no_check: bool = False
    is_once: bool = False
    refund: RefundCourse | None = None


@dataclass(frozen=True, slots=True)
class TestCard:
    """A card number the sandbox knows."""

    number: str
    brand: str
    funding: str
    behavior: Behavior
    decline_class: str = ""


@dataclass(frozen=True, slots=True)
class TestAccount:
    """An account number the sandbox knows, at any bank."""

    number: str
    behavior: Behavior
    says: str


def _decline(code: str, network: str, advice: str = "") -> Behavior:
    return Behavior(f"decline:{code}:{network}:{advice}", "decline", code, network, advice)


APPROVE = Behavior("approve", "approve")
CONFIRM = Behavior("confirm", "confirm")
SETTLE = Behavior("settle", "settle")
REVOKED = _decline("revocation_of_authorization", "R1", "21")

# How a refund goes to a method whose behavior does not say.
REFUND_AT_ONCE = RefundCourse("succeed")
REFUND_BY_BANK = RefundCourse("succeed", bank_days=2)
SLOW_REFUND = Behavior(
    "approve:refund_pending",
    "approve",
    refund=RefundCourse("succeed", bank_days=1, says="its refund is pending and succeeds after 1 bank day"),
)
REFUND_COMES_BACK = Behavior(
    "approve:refund_comes_back",
    "approve",
    refund=RefundCourse(
        "come_back",
        bank_days=3,
        code="expired_or_canceled_card",
        says="its refund succeeds and comes back 3 bank days later (`expired_or_canceled_card`)",
    ),
)
REFUND_FAILS = Behavior("settle:refund_fails", "settle", refund=RefundCourse("fail", bank_days=2, code="R02"))

CARDS: tuple[TestCard, ...] = (
    TestCard("4242424242424242", "visa", "credit", APPROVE),
    TestCard("5555555555554444", "mastercard", "credit", APPROVE),
    TestCard("4000056655665556", "visa", "debit", APPROVE),
    TestCard("378282246310005", "amex", "credit", APPROVE),
    TestCard("6011111111111117", "discover", "credit", APPROVE),
    TestCard("5105105105105100", "mastercard", "prepaid", APPROVE),
    TestCard("4000000000007726", "visa", "credit", SLOW_REFUND),
    TestCard("4000000000005126", "visa", "credit", REFUND_COMES_BACK),
    TestCard("4000002500003155", "visa", "credit", CONFIRM, "AUTH_NEEDED"),
    TestCard("4000000000009995", "visa", "credit", _decline("insufficient_funds", "51"), "SOFT_FUNDS"),
    TestCard("4000000000006975", "visa", "debit", _decline("card_velocity_exceeded", "61"), "SOFT_FUNDS"),
    TestCard("4000000000000002", "visa", "credit", _decline("do_not_honor", "05"), "ISSUER_UNSPEC"),
    TestCard("4000000000000069", "visa", "credit", _decline("expired_card", "54"), "FIX_DATA"),
    TestCard("4000000000000127", "visa", "credit", _decline("incorrect_cvc", "N7"), "FIX_DATA"),
    TestCard("4000000000009987", "visa", "credit", _decline("lost_card", "41"), "HARD_ACCOUNT"),
    TestCard("4000000000009979", "visa", "credit", _decline("stolen_card", "43"), "HARD_ACCOUNT"),
    TestCard("4100000000000019", "visa", "credit", _decline("fraudulent", "59"), "FRAUD_BLOCK"),
    TestCard("4000000000000119", "visa", "credit", _decline("processing_error", "96"), "SOFT_TECH"),
    TestCard(
        "4000000000000341",
        "visa",
        "credit",
        REVOKED,
        "HARD_REVOKED",
    ),
    TestCard(
        "4000000000000259", "visa", "credit", _decline("transaction_not_allowed", "57"), "HARD_NOT_ALLOWED"
    ),
    TestCard(
        "5200828282828210",
        "mastercard",
        "prepaid",
        _decline("insufficient_funds", "51", "40"),
        "PREPAID_LIMIT",
    ),
    TestCard("4000000000000101", "visa", "credit", _decline("invalid_amount", "13"), "CONFIG"),
    TestCard(
        "5204740009900014", "mastercard", "credit", _decline("token_requirements_unmet", "05", "04"), "TOKEN"
    ),
)

TEST_ROUTING = "110000000"
ACCOUNTS: tuple[TestAccount, ...] = (
    TestAccount("000123456789", SETTLE, "settles"),
    TestAccount(
        "000111111116", Behavior("return:R01:2:0", "return", "R01", bank_days=2), "R01 after 2 bank days"
    ),
    TestAccount(
        "000111111117",
        Behavior("return:R01:2:0:once", "return", "R01", bank_days=2, is_once=True),
        "R01 after 2 bank days the first time it is debited; settles afterwards",
    ),
    TestAccount(
        "000111111113", Behavior("return:R02:2:0", "return", "R02", bank_days=2), "R02 after 2 bank days"
    ),
    TestAccount(
        "000111111114",
        Behavior("return:R03:1:0", "return", "R03", bank_days=1),
        "R03 after 1 bank day, before the money",
    ),
    TestAccount(
        "000222222227", Behavior("return:R10:0:20", "return", "R10", calendar_days=20), "R10 after 20 days"
    ),
    TestAccount(
        "000333333335",
        Behavior("correct:C01", "correct", "C01", bank_days=2),
        "settles; C01 after 2 bank days",
    ),
    TestAccount(
        "000444444440",
        Behavior("return:R03:1:0:unchecked", "return", "R03", bank_days=1, fails_check=True),
        "fails the instant check; R03 if charged all the same",
    ),
    TestAccount(
        "000555555551",
        Behavior("settle:by_amounts", "settle", takes_no_check=True),
        "its bank takes no part in the instant check: two small amounts, after 1 bank day; settles",
    ),
    TestAccount(
        "000555555552",
        Behavior("return:R01:2:0:by_amounts", "return", "R01", bank_days=2, takes_no_check=True),
        "the same; R01 after 2 bank days",
    ),
    TestAccount(
        "000666666661",
        REFUND_FAILS,
        "settles; a refund to it fails after 2 bank days with R02, no money moved",
    ),
)
BANKS = {
    TEST_ROUTING: "Sandbox Bank",
    "021000021": "Sandbox National Bank",
    "011401533": "Sandbox Savings Bank",
    "091000019": "Sandbox Prairie Bank",
}
_CARDS = {card.number: card for card in CARDS}
_ACCOUNTS = {account.number: account for account in ACCOUNTS}
_BEHAVIORS = {
    b.name: b
    for b in (APPROVE, CONFIRM, SETTLE, *(c.behavior for c in CARDS), *(a.behavior for a in ACCOUNTS))
}


def find_card(number: str) -> TestCard | None:
    """The test card of that number, if it is one."""
    return _CARDS.get(number)


def account_behavior(number: str) -> Behavior:
    """What an account does. `0009RRDDD` comes back as R-code RR after DDD days; unlisted ones settle."""
    if number in _ACCOUNTS:
        return _ACCOUNTS[number].behavior
    if len(number) == 9 and number.startswith("0009") and number[4:6] != "00":
        days = max(int(number[6:9]), 1)
        return Behavior(f"return:R{number[4:6]}:0:{days}", "return", f"R{number[4:6]}", calendar_days=days)
    return SETTLE


def behavior(name: str) -> Behavior:
    """The behavior a token names."""
    if name in _BEHAVIORS:
        return _BEHAVIORS[name]
    does, code, bank_days, days = name.split(":")[:4]
    if does != "return":
        raise LookupError(f"no behavior {name}")
    return Behavior(name, "return", code, bank_days=int(bank_days), calendar_days=int(days))


def luhn_ok(number: str) -> bool:
    """Whether the check digit of a card number holds."""
    return luhn.is_valid(number)


def routing_ok(number: str) -> bool:
    """Whether nine digits can be a routing number: the check digit, and first digits that are given out."""
    return rtn.is_valid(number) and int(number[:2]) in DISTRICTS
