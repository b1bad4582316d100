from __future__ import annotations

import json
import threading
from datetime import date
from typing import Any

import pytest

from tests.factories import sandbox as sandboxes

CAPTURED = ("capture", 12_345)


def charged(sandbox: sandboxes.Practice, key: str = "c", card: str = "4242424242424242") -> str:
    """A captured charge of $123.45: its id."""
    return str(sandbox.charge(key, sandbox.card(card)).json()["id"])


def debited(sandbox: sandboxes.Practice, account: str = "000123456789") -> str:
    """A debit of $123.45 whose money arrived on Monday, 2026-11-23: its id."""
    charge = sandbox.charge("c", sandbox.bank(account)).json()
    sandbox.to(date(2026, 11, 23))
    assert sandbox.by_key("c")["funded_at"] is not None
    return str(charge["id"])


def refusal(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def told(sandbox: sandboxes.Practice) -> list[tuple[str, str]]:
    """Events about refunds: kind, and the refund's status in it."""
    bodies = [json.loads(delivery.body) for delivery in sandbox.due()]
    return [
        (body["type"], body["data"]["refund"]["status"])
        for body in bodies
        if body["type"].startswith("refund.")
    ]


def test_a_refund_as_the_api_shows_it(sandbox: sandboxes.Practice) -> None:
    charge = charged(sandbox)
    refund = sandbox.refund("r", charge, amount_minor=345).json()
    assert refund.pop("id").startswith("re_")
    assert refund == {
        "key": "r",
        "charge": charge,
        "status": "succeeded",
        "amount_minor": 345,
        "currency": "USD",
        "reference": "rfd_1",
        "failure_code": None,
        "expected_on": None,
        "created_at": "2026-11-20T15:00:00.000000Z",
        "succeeded_at": "2026-11-20T15:00:00.000000Z",
        "failed_at": None,
    }
    assert told(sandbox) == [("refund.succeeded", "succeeded")]


def test_several_refunds_never_come_to_more_than_the_charge(sandbox: sandboxes.Practice) -> None:
    charge = charged(sandbox)
    assert sandbox.refund("r1", charge, amount_minor=12_000).status_code == 200
    assert refusal(sandbox.refund("r2", charge, amount_minor=346)) == (400, "refund_too_much")
    assert sandbox.refund("r3", charge, amount_minor=345).status_code == 200
    assert refusal(sandbox.refund("r4", charge, amount_minor=1)) == (400, "refund_too_much")
    assert sandbox.movements() == [CAPTURED, ("refund", -12_000), ("refund", -345)]
    lines = sandbox.get("/v1/books").json()["movements"]
    assert [(line["key"], line["charge"], line["reference"]) for line in lines[1:]] == [
        ("r1", charge, "rfd_1"),
        ("r3", charge, "rfd_1"),
    ]
    assert sandbox.get("/v1/books/balance").json()["balances"][0]["amount_minor"] == 0


def test_two_at_once_on_one_charge_never_refund_more_than_it(sandbox: sandboxes.Practice) -> None:
    start = threading.Barrier(4)
    said: list[int] = []

    def send(key: str, charge: str) -> None:
        start.wait()
        said.append(sandbox.refund(key, charge, amount_minor=7_000).status_code)

    for number in range(10):
        charge = charged(sandbox, f"c{number}")
        threads = [threading.Thread(target=send, args=(f"r{number}_{way}", charge)) for way in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(said) == [200] * 10 + [400] * 30
    assert sandbox.movements().count(("refund", -7_000)) == 10


def test_same_key_and_body_is_the_same_refund(sandbox: sandboxes.Practice) -> None:
    charge = charged(sandbox)
    first, second = sandbox.refund("r", charge).json(), sandbox.refund("r", charge).json()
    assert first == second == sandbox.refund_by_key("r")
    assert sandbox.movements() == [CAPTURED, ("refund", -12_345)]


def test_same_key_and_other_body_is_refused(sandbox: sandboxes.Practice) -> None:
    charge, other = charged(sandbox), charged(sandbox, "other")
    sandbox.refund("r", charge, amount_minor=100)
    for asked in (
        sandbox.refund("r", charge, amount_minor=101),
        sandbox.refund("r", other, amount_minor=100),
    ):
        assert refusal(asked) == (409, "key_reused")
    assert sandbox.movements() == [CAPTURED, CAPTURED, ("refund", -100)]


def test_a_key_of_a_charge_is_no_key_of_a_refund(sandbox: sandboxes.Practice) -> None:
    assert sandbox.refund("k", charged(sandbox, "k")).json()["status"] == "succeeded"
    assert sandbox.by_key("k")["status"] == "captured"
    assert sandbox.fence("k")["fenced"] is False


def test_a_refusal_leaves_the_key_unused(sandbox: sandboxes.Practice) -> None:
    charge = charged(sandbox)
    sandbox.refund("r", charge, amount_minor=12_346)
    assert sandbox.get("/v1/refunds/by-key/r").status_code == 404
    assert sandbox.refund("r", charge).json()["status"] == "succeeded"


@pytest.mark.parametrize("wrong", [{"amount_minor": 0}, {"amount_minor": -1}, {"amount_minor": "5"}])
def test_unreadable_request_is_refused(sandbox: sandboxes.Practice, wrong: dict[str, object]) -> None:
    charge = charged(sandbox)
    assert refusal(sandbox.refund("r", charge, **wrong)) == (400, "invalid_request")
    assert refusal(sandbox.refund("", charge)) == (400, "invalid_request")
    assert sandbox.movements() == [CAPTURED]


def test_another_currency_is_refused(sandbox: sandboxes.Practice) -> None:
    answer = sandbox.refund("r", charged(sandbox), currency="CAD")
    assert refusal(answer) == (400, "currency_mismatch")


def test_a_charge_that_nobody_knows_or_that_is_anothers_is_refused(sandbox: sandboxes.Practice) -> None:
    other = sandboxes.Practice(sandbox.app, sandbox.time)
    for charge in ("ch_nobody", charged(other)):
        assert refusal(sandbox.refund("r", charge)) == (404, "charge_not_found")
    assert other.movements() == [CAPTURED]


@pytest.mark.parametrize("number", ["4000000000000002", "4000002500003155"])
def test_a_charge_that_took_nothing_is_not_refundable(sandbox: sandboxes.Practice, number: str) -> None:
    assert refusal(sandbox.refund("r", charged(sandbox, card=number))) == (400, "not_refundable")


def test_a_debit_is_refundable_from_the_money_to_its_return(sandbox: sandboxes.Practice) -> None:
    charge = str(sandbox.charge("c", sandbox.bank("000111111116")).json()["id"])
    assert refusal(sandbox.refund("r1", charge, amount_minor=1)) == (400, "not_refundable")
    sandbox.to(date(2026, 11, 23))
    assert sandbox.refund("r2", charge, amount_minor=1).json()["status"] == "pending"
    sandbox.to(date(2026, 11, 24))
    assert sandbox.by_key("c")["status"] == "returned"
    assert refusal(sandbox.refund("r3", charge, amount_minor=1)) == (400, "not_refundable")


def test_a_charge_is_refundable_for_180_days(sandbox: sandboxes.Practice) -> None:
    charge = charged(sandbox)
    sandbox.wait(days=180)
    assert sandbox.refund("r1", charge, amount_minor=1).status_code == 200
    sandbox.wait(seconds=1)
    assert refusal(sandbox.refund("r2", charge, amount_minor=1)) == (400, "too_old")


def test_a_wallet_is_refunded_at_once(sandbox: sandboxes.Practice) -> None:
    charge = sandbox.charge("c", sandbox.wallet(), initiated_by="merchant").json()
    assert sandbox.refund("r", charge["id"]).json()["status"] == "succeeded"


def test_a_refund_to_a_bank_leaves_after_two_bank_days(sandbox: sandboxes.Practice) -> None:
    refund = sandbox.refund("r", debited(sandbox)).json()
    # Asked for on Monday evening; Thursday is Thanksgiving.
    assert (refund["status"], refund["expected_on"], refund["succeeded_at"]) == (
        "pending",
        "2026-11-25",
        None,
    )
    sandbox.to(date(2026, 11, 25), hour=13)
    assert sandbox.refund_by_key("r")["status"] == "pending"
    assert sandbox.movements() == [("bank_debit", 12_345)]
    sandbox.to(date(2026, 11, 25), hour=14)
    gone = sandbox.refund_by_key("r")
    assert (gone["status"], gone["succeeded_at"]) == ("succeeded", "2026-11-25T13:30:00.000000Z")
    assert sandbox.movements() == [("bank_debit", 12_345), ("refund", -12_345)]
    assert told(sandbox) == [("refund.pending", "pending"), ("refund.succeeded", "succeeded")]
    sandbox.to(date(2027, 3, 1))
    assert sandbox.refund_by_key("r") == gone


def test_what_is_pending_counts_against_the_charge(sandbox: sandboxes.Practice) -> None:
    charge = debited(sandbox)
    sandbox.refund("r1", charge, amount_minor=12_000)
    assert refusal(sandbox.refund("r2", charge, amount_minor=346)) == (400, "refund_too_much")


def test_account_to_which_a_refund_fails(sandbox: sandboxes.Practice) -> None:
    charge = debited(sandbox, "000666666661")
    assert sandbox.refund("r", charge).json()["status"] == "pending"
    sandbox.to(date(2026, 11, 25))
    failed = sandbox.refund_by_key("r")
    assert (failed["status"], failed["failure_code"], failed["failed_at"], failed["succeeded_at"]) == (
        "failed",
        "R02",
        "2026-11-25T13:00:00.000000Z",
        None,
    )
    assert told(sandbox) == [("refund.pending", "pending"), ("refund.failed", "failed")]
    assert sandbox.movements() == [("bank_debit", 12_345)]
    assert sandbox.refund("again", charge).json()["status"] == "pending"


def test_card_whose_refund_is_pending(sandbox: sandboxes.Practice) -> None:
    refund = sandbox.refund("r", charged(sandbox, card="4000000000007726")).json()
    assert (refund["status"], refund["expected_on"]) == ("pending", "2026-11-23")
    assert sandbox.movements() == [CAPTURED]
    sandbox.to(date(2026, 11, 23))
    assert sandbox.refund_by_key("r")["status"] == "succeeded"
    assert sandbox.movements() == [CAPTURED, ("refund", -12_345)]


def test_card_whose_refund_comes_back(sandbox: sandboxes.Practice) -> None:
    charge = charged(sandbox, card="4000000000005126")
    assert sandbox.refund("r", charge).json()["status"] == "succeeded"
    sandbox.to(date(2026, 11, 24))
    assert sandbox.refund_by_key("r")["status"] == "succeeded"
    sandbox.to(date(2026, 11, 25))
    back = sandbox.refund_by_key("r")
    assert (back["status"], back["failure_code"]) == ("failed", "expired_or_canceled_card")
    assert back["succeeded_at"] < back["failed_at"] == "2026-11-25T13:00:00.000000Z"
    assert sandbox.movements() == [CAPTURED, ("refund", -12_345), ("refund_failed", 12_345)]
    assert told(sandbox) == [("refund.succeeded", "succeeded"), ("refund.failed", "failed")]
    assert sandbox.refund("again", charge).status_code == 200


def test_a_fence_is_for_good_and_may_be_asked_again(sandbox: sandboxes.Practice) -> None:
    charge = charged(sandbox)
    sandbox.arm("keys_forgotten_after", on="refund", seconds=0)
    for _ in range(2):
        assert sandbox.fence_refund("r") == {"fenced": True}
    sandbox.wait(days=100)
    assert refusal(sandbox.refund("r", charge)) == (409, "key_fenced")
    assert sandbox.get("/v1/refunds/by-key/r").status_code == 404
    assert sandbox.movements() == [CAPTURED]


def test_a_fence_says_what_the_key_already_did(sandbox: sandboxes.Practice) -> None:
    refund = sandbox.refund("r", charged(sandbox)).json()
    assert sandbox.fence_refund("r") == {"fenced": False, "refund": refund}


def test_refund_and_fence_at_once_never_both(sandbox: sandboxes.Practice) -> None:
    start = threading.Barrier(2)
    said: dict[str, int | bool] = {}
    charge = charged(sandbox)

    def send(key: str) -> None:
        start.wait()
        said["refund"] = sandbox.refund(key, charge, amount_minor=100).status_code

    def fence(key: str) -> None:
        start.wait()
        said["fenced"] = sandbox.fence_refund(key)["fenced"]

    refunded = 0
    for number in range(15):
        threads = [threading.Thread(target=work, args=(f"f{number}",)) for work in (send, fence)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert (said["refund"], said["fenced"]) in {(200, False), (409, True)}
        refunded += said["refund"] == 200
    assert sandbox.movements() == [CAPTURED] + [("refund", -100)] * refunded


@pytest.mark.parametrize(("fault", "moved"), [("answer_lost_before", 0), ("answer_lost_after", 1)])
def test_answer_is_lost(sandbox: sandboxes.Practice, fault: str, moved: int) -> None:
    charge = charged(sandbox)
    sandbox.arm(fault, on="refund")
    sandbox.charge("another", sandbox.card())
    with pytest.raises(ConnectionError):
        sandbox.refund("r", charge)
    assert sandbox.movements().count(("refund", -12_345)) == moved
    assert sandbox.refund("r", charge).json()["status"] == "succeeded"
    assert sandbox.movements().count(("refund", -12_345)) == 1


def test_500_then_success_and_slow(sandbox: sandboxes.Practice) -> None:
    slept: list[float] = []
    sandbox.app.sandbox.sleep = slept.append
    charge = charged(sandbox)
    sandbox.arm("error_500_then_success", on="refund")
    assert sandbox.refund("r", charge).status_code == 500
    sandbox.arm("slow", on="refund", seconds=9)
    assert sandbox.refund("r", charge).status_code == 200
    assert slept == [9.0]


@pytest.mark.parametrize("call", ["refund", "any"])
def test_request_executed_after_the_look_up_said_not_found(sandbox: sandboxes.Practice, call: str) -> None:
    charge = charged(sandbox)
    sandbox.arm("delayed_execution", on=call, seconds=60)
    with pytest.raises(ConnectionError):
        sandbox.refund("r", charge)
    assert sandbox.get("/v1/refunds/by-key/r").status_code == 404
    sandbox.wait(seconds=61)
    assert sandbox.refund_by_key("r")["status"] == "succeeded"
    assert sandbox.movements() == [CAPTURED, ("refund", -12_345)]


def test_request_executed_after_the_fence_moves_nothing(sandbox: sandboxes.Practice) -> None:
    charge = charged(sandbox)
    sandbox.arm("delayed_execution", on="refund", seconds=60)
    with pytest.raises(ConnectionError):
        sandbox.refund("r", charge)
    assert sandbox.fence_refund("r") == {"fenced": True}
    assert sandbox.admin("deliver-delayed", merchant=sandbox.id) == {"delivered": 1}
    sandbox.wait(days=1)
    assert sandbox.movements() == [CAPTURED]


@pytest.mark.parametrize("call", ["charge", "look_up", "fence"])
def test_a_request_to_be_held_back_is_a_charge_unless_told_otherwise(
    sandbox: sandboxes.Practice, call: str
) -> None:
    charge = charged(sandbox)
    sandbox.arm("delayed_execution", on=call)
    assert sandbox.refund("r", charge).status_code == 200
    with pytest.raises(ConnectionError):
        sandbox.charge("k", sandbox.card())


def test_keys_are_forgotten_but_what_happened_stays_findable(sandbox: sandboxes.Practice) -> None:
    charge = charged(sandbox)
    sandbox.arm("keys_forgotten_after", on="refund", seconds=100)
    first = sandbox.refund("r", charge, amount_minor=7_000).json()
    sandbox.wait(seconds=101)
    assert refusal(sandbox.refund("r", charge, amount_minor=7_000)) == (400, "refund_too_much")
    assert sandbox.fence_refund("r") == {"fenced": False, "refund": first}
    assert sandbox.refund("r", charge, amount_minor=5_000).json()["id"] != first["id"]
    assert sandbox.refund_by_key("r") == first
    assert sandbox.fence_refund("r")["fenced"] is False


def test_event_forged_claims_the_money_left(sandbox: sandboxes.Practice) -> None:
    charge = debited(sandbox)
    sandbox.due()
    sandbox.arm("event_forged")
    sandbox.refund("r", charge)
    assert told(sandbox) == [("refund.pending", "pending"), ("refund.succeeded", "pending")]


def test_time_that_passes_by_itself_finds_what_is_due(sandbox: sandboxes.Practice) -> None:
    sandbox.refund("r", debited(sandbox))
    sandbox.to(date(2026, 11, 25))
    sandbox.app.sandbox.tick_all()
    with sandbox.app.sandbox.store.session() as db:
        row = db.execute("SELECT status FROM refund WHERE merchant_id = %s", [sandbox.id]).fetchone()
    assert row == {"status": "succeeded"}


def test_books_page_shows_refunds(sandbox: sandboxes.Practice) -> None:
    refund = sandbox.refund("r", debited(sandbox), reference="<b>rfd_1</b>").json()
    page = sandbox.http.get("/", params={"merchant": sandbox.id}).text
    assert refund["id"] in page
    assert "&lt;b&gt;rfd_1&lt;/b&gt;" in page
    assert "succeed 2026-11-25 13:30:00" in page
