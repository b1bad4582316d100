"""Short stories of money that goes back. Each of their steps can be begun again, as staff and workers do."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from counterfoil.flows.refunds import give_back
from counterfoil.flows.refunds.give_back import Wish
from counterfoil.flows.refunds.plan import Plan
from tests.simulation import refunded
from tests.simulation.stories import CARD, Step, Story

COMES_BACK: Final = "4000000000005126"
BY_KEY: Final = "SELECT key, public_id FROM payments_payment WHERE biller_id = %s"


class _WithRefunds(Story):
    """A story in which staff give money back."""

    reviewed: tuple[str, Wish, Plan] | None = None

    def give_back(self, number: str, amount: int) -> Step:
        """Staff give an amount of what a card paid back; after a crash the same form is sent again, under its key."""

        def step() -> None:
            run = self.run
            if self.reviewed is None:
                ref = dict(run.rows(BY_KEY))[number]
                wish = Wish(amount, gives_fee_back=True, lowers_bills=False, reason="", key=f"back {number}")
                plan = give_back.review(actor=run.world.staff, ref=ref, wish=wish)
                self.reviewed = ref, replace(wish, seen=plan.digest), plan
            refunded.submit(run, *self.reviewed)

        return step

    def wrong(self) -> list[str]:
        """Where a payer was not told what left, or came back."""
        return [*super().wrong(), *refunded.wrong(self.run)]


class GivenBack(_WithRefunds):
    """A refund whose answer is lost; it left, and the worker finds it. Then it comes back, and pays the bill."""

    def steps(self) -> list[Step]:
        """Return what happens, in order."""
        run = self.run
        return [
            self.bill("A", 40_000), self.pay(COMES_BACK),
            lambda: run.world.sandbox.arm("answer_lost_after", on="refund"),
            self.give_back(COMES_BACK, 30_000), self.days(0.01), run.ask_refunds, self.mail,
            self.days(5), self.arrive, self.work, self.mail,
        ]  # fmt: skip


class NeverGivenBack(_WithRefunds):
    """A refund that never reached the gateway: asked about, fenced, and the payer's credit."""

    def steps(self) -> list[Step]:
        """Return what happens, in order."""
        run = self.run
        return [
            self.bill("A", 40_000), self.pay(CARD),
            lambda: run.world.sandbox.arm("answer_lost_before", on="refund"),
            self.give_back(CARD, 40_000), self.days(0.01), run.ask_refunds,
        ]  # fmt: skip


STORIES: Final[tuple[type[Story], ...]] = (GivenBack, NeverGivenBack)
