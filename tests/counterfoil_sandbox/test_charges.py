from __future__ import annotations

import threading
from datetime import date

import httpx
import pytest

from counterfoil_sandbox import magic
from tests.factories import sandbox as sandboxes


def test_same_key_and_body_is_the_same_charge(sandbox: sandboxes.Practice) -> None:
    token = sandbox.card()
    first, second = sandbox.charge("k", token).json(), sandbox.charge("k", token).json()
    assert first["status"] == "captured"
    assert first == second
    assert sandbox.movements() == [("capture", 12_345)]


def test_same_key_and_other_body_is_refused(sandbox: sandboxes.Practice) -> None:
    token = sandbox.card()
    sandbox.charge("k", token)
    answer = sandbox.charge("k", token, amount_minor=1)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "key_reused")
    assert sandbox.movements() == [("capture", 12_345)]


def test_two_at_once_with_one_key_move_money_once(sandbox: sandboxes.Practice) -> None:
    token = sandbox.card()
    answers: list[httpx.Response] = []
    start = threading.Barrier(6)

    def send(key: str) -> None:
        start.wait()
        answers.append(sandbox.charge(key, token))

    for round_number in range(10):
        start.reset()
        threads = [threading.Thread(target=send, args=(f"k{round_number}",)) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["id"] for answer in answers}) == 10
    assert sandbox.movements() == [("capture", 12_345)] * 10


def test_charge_and_fence_at_once_never_both(sandbox: sandboxes.Practice) -> None:
    token = sandbox.card()
    start = threading.Barrier(2)
    said: dict[str, int | bool] = {}

    def send(key: str) -> None:
        start.wait()
        said["charge"] = sandbox.charge(key, token).status_code

    def fence(key: str) -> None:
        start.wait()
        said["fenced"] = sandbox.fence(key)["fenced"]

    captured = 0
    for number in range(15):
        threads = [threading.Thread(target=work, args=(f"f{number}",)) for work in (send, fence)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert (said["charge"], said["fenced"]) in {(200, False), (409, True)}
        captured += said["charge"] == 200
    assert sandbox.movements() == [("capture", 12_345)] * captured


def test_fence_is_for_good_and_may_be_asked_again(sandbox: sandboxes.Practice) -> None:
    assert sandbox.fence("k") == {"fenced": True}
    assert sandbox.fence("k") == {"fenced": True}
    answer = sandbox.charge("k", sandbox.card())
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "key_fenced")
    assert sandbox.get("/v1/charges/by-key/k").status_code == 404
    assert sandbox.movements() == []


def test_fence_cancels_what_waits_for_the_payer(sandbox: sandboxes.Practice) -> None:
    charge = sandbox.charge("k", sandbox.card("4000002500003155")).json()
    assert charge["status"] == "action_needed"
    assert sandbox.fence("k") == {"fenced": True}
    path = charge["action_url"].removeprefix("http://sandbox.test")
    sandbox.http.post(path, data={"decision": "approve"})
    assert sandbox.by_key("k")["status"] == "canceled"
    assert sandbox.movements() == []


@pytest.mark.parametrize(
    ("page", "decision", "status", "code"),
    [
        ("challenge", "approve", "captured", None),
        ("challenge", "refuse", "declined", "authentication_failed"),
    ],
)
def test_confirmation_page(
    sandbox: sandboxes.Practice, page: str, decision: str, status: str, code: str | None
) -> None:
    charge = sandbox.charge("k", sandbox.card("4000002500003155")).json()
    path = charge["action_url"].removeprefix("http://sandbox.test")
    assert path == f"/{page}/{charge['id']}"
    shown = sandbox.http.get(path)
    assert "Your bank wants to confirm" in shown.text
    assert "$123.45" in shown.text
    answer = sandbox.http.post(path, data={"decision": decision})
    assert (answer.status_code, answer.headers["location"]) == (303, f"{sandboxes.ORIGIN}/back/")
    now = sandbox.by_key("k")
    assert (now["status"], (now["decline"] or {}).get("code")) == (status, code)
    sandbox.http.post(path, data={"decision": "approve"})
    assert sandbox.by_key("k")["status"] == status


@pytest.mark.parametrize("card", [card for card in magic.CARDS if card.behavior.does == "decline"])
def test_magic_card_declines(sandbox: sandboxes.Practice, card: magic.TestCard) -> None:
    charge = sandbox.charge("k", sandbox.card(card.number)).json()
    assert charge["status"] == "declined"
    assert charge["decline"]["code"] == card.behavior.code
    assert charge["decline"]["network_code"] == card.behavior.network_code
    assert sandbox.movements() == []


def test_card_expires_on_the_clock(sandbox: sandboxes.Practice) -> None:
    token = sandbox.keep("card", number="4242424242424242", exp="11/26", cvc="123", zip="60601")
    assert sandbox.charge("k1", token).json()["status"] == "captured"
    sandbox.to(date(2026, 12, 1))
    assert sandbox.charge("k2", token).json()["decline"]["code"] == "expired_card"


def test_cancel_before_it_is_sent_only(sandbox: sandboxes.Practice) -> None:
    token = sandbox.bank()
    first = sandbox.charge("k1", token, effective_on="2026-11-23").json()
    cancel = f"/v1/charges/{first['id']}/cancel"
    assert sandbox.http.post(cancel, headers=sandbox.auth).json()["status"] == "canceled"
    second = sandbox.charge("k2", token, effective_on="2026-11-23").json()
    sandbox.to(date(2026, 11, 23))
    answer = sandbox.http.post(f"/v1/charges/{second['id']}/cancel", headers=sandbox.auth)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "too_late")
    sandbox.to(date(2026, 11, 30))
    assert sandbox.movements() == [("bank_debit", 12_345)]


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount_minor": 0},
        {"amount_minor": 1.5},
        {"amount_minor": True},
        {"currency": "EUR"},
        {"effective_on": "soon"},
    ],
)
def test_unreadable_request_is_refused(sandbox: sandboxes.Practice, wrong: dict[str, object]) -> None:
    answer = sandbox.charge("k", sandbox.card(), **wrong)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_request")
    assert sandbox.get("/v1/charges/by-key/k").status_code == 404


def test_another_merchant_sees_nothing(sandbox: sandboxes.Practice) -> None:
    token = sandbox.card()
    charge = sandbox.charge("k", token).json()
    other = sandboxes.Practice(sandbox.app, sandbox.time)
    assert other.get(f"/v1/charges/{charge['id']}").status_code == 404
    assert other.get("/v1/charges/by-key/k").status_code == 404
    assert other.get(f"/v1/tokens/{token}").status_code == 404
    assert other.charge("x", token).json()["error"]["code"] == "token_not_found"
    assert other.movements() == []
    assert other.http.get("/v1/books", headers={"Authorization": "Bearer wrong"}).status_code == 401
