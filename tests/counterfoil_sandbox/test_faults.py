from __future__ import annotations

import hashlib
import hmac
import json
from datetime import timedelta

import pytest

from tests.factories import sandbox as sandboxes


@pytest.mark.parametrize(("fault", "moved"), [("answer_lost_before", 0), ("answer_lost_after", 1)])
def test_answer_is_lost(sandbox: sandboxes.Practice, fault: str, moved: int) -> None:
    token = sandbox.card()
    sandbox.arm(fault)
    with pytest.raises(ConnectionError):
        sandbox.charge("k", token)
    assert len(sandbox.movements()) == moved
    assert sandbox.charge("k", token).json()["status"] == "captured"
    assert len(sandbox.movements()) == 1


def test_500_then_success(sandbox: sandboxes.Practice) -> None:
    token = sandbox.card()
    sandbox.arm("error_500_then_success")
    assert sandbox.charge("k", token).status_code == 500
    assert sandbox.charge("k", token).status_code == 200


def test_slow_waits_before_it_works(sandbox: sandboxes.Practice) -> None:
    slept: list[float] = []
    sandbox.app.sandbox.sleep = slept.append
    sandbox.arm("slow", seconds=9, on="look_up")
    sandbox.charge("k", sandbox.card())
    sandbox.by_key("k")
    sandbox.by_key("k")
    assert slept == [9.0]


def test_fault_by_probability_repeats_with_its_seed(sandbox: sandboxes.Practice) -> None:
    def run(merchant: sandboxes.Practice) -> list[int]:
        token = merchant.card()
        merchant.arm("error_500_then_success", probability=0.5, seed="7")
        return [merchant.charge(f"k{number}", token).status_code for number in range(20)]

    first, second = run(sandbox), run(sandboxes.Practice(sandbox.app, sandbox.time))
    assert first == second
    assert set(first) == {200, 500}


def test_request_executed_after_the_look_up_said_not_found(sandbox: sandboxes.Practice) -> None:
    token = sandbox.card()
    sandbox.arm("delayed_execution", seconds=60)
    with pytest.raises(ConnectionError):
        sandbox.charge("k", token)
    assert sandbox.get("/v1/charges/by-key/k").status_code == 404
    sandbox.wait(seconds=61)
    assert sandbox.by_key("k")["status"] == "captured"
    assert sandbox.movements() == [("capture", 12_345)]


@pytest.mark.parametrize("explicitly", [True, False])
def test_request_executed_after_the_fence_moves_nothing(
    sandbox: sandboxes.Practice, *, explicitly: bool
) -> None:
    token = sandbox.card()
    sandbox.arm("delayed_execution", seconds=60)
    with pytest.raises(ConnectionError):
        sandbox.charge("k", token)
    assert sandbox.fence("k") == {"fenced": True}
    if explicitly:
        assert sandbox.admin("deliver-delayed", merchant=sandbox.id) == {"delivered": 1}
    sandbox.wait(days=1)
    assert sandbox.movements() == []


def test_keys_are_forgotten_but_what_happened_stays_findable(sandbox: sandboxes.Practice) -> None:
    token = sandbox.card()
    sandbox.arm("keys_forgotten_after", seconds=100)
    first = sandbox.charge("k", token).json()
    sandbox.wait(seconds=101)
    assert sandbox.charge("k", token).json()["id"] != first["id"]
    assert len(sandbox.movements()) == 2
    assert sandbox.by_key("k")["id"] == first["id"]
    assert sandbox.fence("k")["fenced"] is False


def test_a_fence_is_never_forgotten(sandbox: sandboxes.Practice) -> None:
    sandbox.arm("keys_forgotten_after", seconds=0)
    sandbox.fence("k")
    sandbox.wait(days=400)
    assert sandbox.charge("k", sandbox.card()).status_code == 409
    assert sandbox.movements() == []


def test_event_doubled_has_one_id(sandbox: sandboxes.Practice) -> None:
    sandbox.arm("event_doubled")
    sandbox.charge("k", sandbox.card())
    first, second = sandbox.due()
    assert first.event_id == second.event_id
    assert first.body == second.body


def test_event_late(sandbox: sandboxes.Practice) -> None:
    sandbox.arm("event_late", seconds=3600)
    sandbox.charge("k", sandbox.card())
    assert sandbox.due() == []
    sandbox.wait(seconds=3600)
    assert [delivery.kind for delivery in sandbox.due()] == ["charge.captured"]


def test_event_out_of_order(sandbox: sandboxes.Practice) -> None:
    token = sandbox.bank("000111111116")
    sandbox.arm("event_out_of_order")
    sandbox.charge("k", token)
    sandbox.admin("clock", merchant=sandbox.id, advance_bank_days=2)
    sandbox.wait(seconds=91)
    kinds = [delivery.kind for delivery in sandbox.due()]
    assert set(kinds) == {"charge.pending", "clock.advanced", "charge.funded", "charge.returned"}
    sandbox.arm("event_out_of_order")
    sandbox.charge("k2", token)
    sandbox.charge("k3", sandbox.card())
    sandbox.wait(seconds=91)
    told = [json.loads(delivery.body)["data"].get("charge", {}).get("key") for delivery in sandbox.due()]
    assert told.index("k3") < told.index("k2")


def test_event_forged_has_a_signature_that_does_not_hold(sandbox: sandboxes.Practice) -> None:
    sandbox.arm("event_forged")
    sandbox.charge("k", sandbox.card("4000000000000002"))
    honest = [_signature_holds(sandbox, delivery) for delivery in sandbox.due()]
    kinds = [delivery.kind for delivery in sandbox.due()]
    assert (honest, kinds) == ([True, False], ["charge.declined", "charge.captured"])


def _signature_holds(sandbox: sandboxes.Practice, delivery: object) -> bool:
    stamp, mac = (piece.split("=")[1] for piece in delivery.headers["Sandbox-Signature"].split(","))  # type: ignore[attr-defined]
    signed = f"{stamp}.".encode() + delivery.body  # type: ignore[attr-defined]
    return hmac.new(sandbox.webhook_secret.encode(), signed, hashlib.sha256).hexdigest() == mac


def test_delivery_is_retried_with_backoff_for_three_days(sandbox: sandboxes.Practice) -> None:
    sandbox.charge("k", sandbox.card())
    box = sandbox.app.sandbox.outbox
    began, tries = sandbox.time.now, []
    while sandbox.time.now < began + timedelta(days=6):
        for delivery in sandbox.due():
            tries.append((sandbox.time.now - began).total_seconds())
            box.failed(delivery.seq, sandbox.time.now, answer="503")
        sandbox.wait(seconds=5 if len(tries) < 3 else 300)
    assert tries[:3] == [0.0, 5.0, 35.0]
    assert 10 < len(tries) < 16
    assert 3 * 86_400 <= tries[-1] < 4 * 86_400


def test_delivered_is_not_sent_again(sandbox: sandboxes.Practice) -> None:
    sandbox.charge("k", sandbox.card())
    sandbox.app.sandbox.outbox.delivered([delivery.seq for delivery in sandbox.due()], sandbox.time.now)
    sandbox.wait(days=2)
    assert sandbox.due() == []
