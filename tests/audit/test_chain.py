from __future__ import annotations

import dataclasses
import hashlib
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from counterfoil.audit import chain

EVENT = chain.ChainedEvent(
    id=7,
    biller_id=3,
    at=datetime(2026, 11, 21, 21, 14, 5, tzinfo=UTC),
    actor_kind="staff",
    actor_ref="lgn_1",
    action="payment.settled",
    object_ref="pay_1",
    details={"b": 1, "a": "é"},
    request_id="r1",
    ip="192.0.2.1",
)


def test_the_canonical_text_is_spelled_out() -> None:
    assert chain.canonical(EVENT).decode() == (
        '{"action":"payment.settled","actor_kind":"staff","actor_ref":"lgn_1",'
        '"at":"2026-11-21T21:14:05.000000+00:00","biller_id":3,"details":{"a":"é","b":1},"id":7,'
        '"ip":"192.0.2.1","object_ref":"pay_1","request_id":"r1"}'
    )


def test_a_link_is_two_hashes() -> None:
    inner = hashlib.sha256(chain.canonical(EVENT)).digest()

    assert chain.link(chain.START, EVENT) == hashlib.sha256(bytes(32) + inner).digest()


def test_the_same_instant_in_another_zone_is_the_same_event() -> None:
    elsewhere = dataclasses.replace(EVENT, at=EVENT.at.astimezone(timezone(timedelta(hours=-6))))

    assert chain.canonical(elsewhere) == chain.canonical(EVENT)


@pytest.mark.parametrize(
    "change",
    [
        {"id": 8},
        {"biller_id": 4},
        {"at": EVENT.at + timedelta(microseconds=1)},
        {"actor_kind": "payer"},
        {"actor_ref": "lgn_2"},
        {"action": "payment.returned"},
        {"object_ref": "pay_2"},
        {"details": {"a": "é", "b": 2}},
        {"request_id": "r2"},
        {"ip": None},
    ],
)
def test_every_field_is_protected(change: dict[str, Any]) -> None:
    assert chain.link(chain.START, dataclasses.replace(EVENT, **change)) != chain.link(chain.START, EVENT)


def test_the_place_in_the_chain_is_protected() -> None:
    assert chain.link(chain.START, EVENT) != chain.link(bytes(31) + b"\x01", EVENT)
