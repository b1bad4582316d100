"""Gateways whose other side a test can lead astray.

A gateway joins the contract by a line in PRACTICES: how to make a connection whose other side does as it is told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from counterfoil.gateways import base, refunds
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

    def card_with_slow_refund(self) -> str:
        return self.other_side.card("4000000000007726")

    def card_whose_refund_comes_back(self) -> str:
        return self.other_side.card("4000000000005126")

    def bank_whose_refund_fails(self) -> str:
        return self.other_side.bank("000666666661")

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

    def be_slow(self, seconds: float, call: str = "charge") -> None:
        self.other_side.arm("slow", on=call, seconds=seconds)

    def fail_once(self, call: str = "charge") -> None:
        self.other_side.arm("error_500_then_success", on=call)

    def delay_request(self, call: str = "charge") -> None:
        self.other_side.arm("delayed_execution", on=call, seconds=60)

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


def asked_back(key: str, charge_ref: str, **values: Any) -> refunds.RefundRequest:
    preset: dict[str, Any] = {"amount_minor": 12_345, "currency": "USD", "reference": "rfd_1"}
    return refunds.RefundRequest(key=key, charge_ref=charge_ref, **{**preset, **values})
