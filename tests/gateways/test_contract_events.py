"""What every gateway must keep to that sends events and keeps books of its own."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import timedelta
from typing import Any

import pytest

from counterfoil.gateways import base, registry
from tests.gateways.practices import asked


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
