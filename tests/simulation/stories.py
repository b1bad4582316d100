"""Short stories in which every place is reached where a crash would matter. Each of their steps can be begun again."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any, Final

from counterfoil.core import errors
from counterfoil.core.actor import OPERATOR, WORKER
from counterfoil.flows.invoices import issue
from counterfoil.flows.methods import forget, put_away, update_expiry, validate, wallet
from counterfoil.flows.methods.add import NewMethodForm
from counterfoil.flows.payments import prepare, submit
from counterfoil.flows.payments.orders import Mode, PayOrder, Submission
from counterfoil.invoices.drafts import NewInvoice, NewLine
from tests.simulation import upkeep
from tests.simulation.oracle import Agreed
from tests.simulation.run import Run

Step = Callable[[], object]

CARD, LATE_RETURN, CORRECTED, BY_AMOUNTS = "4242424242424242", "000222222227", "000333333335", "000555555551"
OURS = """
SELECT token, public_id, status, validation, last4, exp_month, exp_year FROM methods_paymentmethod
WHERE biller_id = %s
"""
THEIRS = "SELECT token, deleted_at, checked, last4, exp_month, exp_year FROM token WHERE merchant_id = %s"


class Story(ABC):
    """What people and the worker do in a story, and what must be so in the end."""

    def __init__(self, run: Run) -> None:
        self.run, self.methods = run, dict[str, str]()
        self.submissions: dict[str, Submission] = {}
        run.world.set_portal(credit_applies_by_itself=True)
        run.oracle.credit_applies = True
        run.chores.append(upkeep.follow)

    @abstractmethod
    def steps(self) -> list[Step]:
        """Return what happens, in order."""

    def end(self) -> None:
        """Let the worker finish, and forget what is to be forgotten."""
        self.run.drain()
        self.run.perform("forget", self.forget)

    def wrong(self) -> list[str]:
        """Where we and the gateway do not say the same of a method."""
        run = self.run
        with run.store.session() as db:
            rows = db.execute(THEIRS, [run.world.sandbox.id]).fetchall()
        theirs = {row["token"]: row for row in rows}
        found = []
        for token, ref, status, validation, *looks in run.rows(OURS):
            row = theirs[token]
            if (status == "deleted") != (row["deleted_at"] is not None):
                found.append(f"{ref} is {status}, the gateway deleted it at {row['deleted_at']}")
            if status != "deleted" and looks != [row["last4"], row["exp_month"], row["exp_year"]]:
                found.append(f"{ref} looks like {looks}, at the gateway like {dict(row)}")
            if validation != "not_needed" and (validation == "passed") != (row["checked"] == "passed"):
                found.append(f"{ref} is {validation}, the gateway says {row['checked']}")
        return found

    # -- Steps ----------------------------------------------------------------------------------------------------

    def days(self, days: float) -> Step:
        """Time passes."""
        return lambda: self.run.wait(timedelta(days=days))

    def bill(self, number: str, total: int) -> Step:
        """A bill, once."""

        def step() -> None:
            run = self.run
            account_id, payer_id = pair = run.people[0].pair
            if run.rows(f"SELECT 1 FROM invoices_invoice WHERE biller_id = %s AND number = '{number}'"):
                return
            day = run.world.today
            lines = (NewLine("Rent", total),)
            draft = NewInvoice(run.world.biller_id, account_id, payer_id, number, day, day, "USD", lines)
            run.oracle.issued[number] = (pair, total)
            issue.run(actor=OPERATOR, now=run.now, biller_id=run.world.biller_id, drafts=[draft])

        return step

    def pay(self, number: str) -> Step:
        """Pay what is outstanding; after a crash the same form is sent again, under its key."""

        def step() -> None:
            run, person = self.run, self.run.people[0]
            self.keep(number)
            if number not in self.submissions:
                account_id, payer_id = person.pair
                order = PayOrder(payer_id, account_id, self.methods[number], Mode.OUTSTANDING)
                quote = prepare.run(actor=person.actor, now=run.now, order=order).quote
                parts = {share.invoice_number: share.amount_minor for share in quote.shares}
                run.oracle.agreed[number] = Agreed(person.pair, quote.amount_minor, parts, quote.fee_minor)
                self.submissions[number] = Submission(order, scope="form", key=number, seen=quote.digest)
            submit.run(actor=person.actor, now=run.now, submission=self.submissions[number])

        return step

    def keep(self, number: str) -> None:
        """Save a card or a bank account; cards' numbers are longer."""
        if number not in self.methods:
            world = self.run.world
            self.methods[number] = world.card(number) if len(number) == len(CARD) else world.bank(number)

    def arrive(self) -> None:
        """Every event that is due."""
        for delivery in self.run.world.sandbox.due():
            self.run.deliver(delivery)

    def work(self) -> None:
        """Every job that waits."""
        for job in self.run.waiting_jobs():
            self.run.do_job(job)

    def mail(self) -> None:
        """Every letter."""
        self.run.post.carry_all(self.run.now)

    def forget(self) -> None:
        """The gateway forgets what is to be forgotten."""
        forget.run(actor=WORKER, now=self.run.now)


class CardAndBank(Story):
    """A card whose answer is lost; a bank debit, funded, paid, and back after all."""

    def steps(self) -> list[Step]:
        """Return what happens, in order."""
        run = self.run
        return [
            self.bill("A", 40_000), self.bill("B", 70_000),
            lambda: run.world.sandbox.arm("answer_lost_after"),
            self.pay(CARD), self.days(0.01), run.ask,
            self.bill("C", 25_000), self.pay(LATE_RETURN),
            self.days(9), self.arrive, self.work, run.mature,
            self.days(14), self.arrive, self.work, run.seal,
        ]  # fmt: skip


class Lost(Story):
    """A card payment that never reached the gateway: asked about, fenced, canceled; and its letters."""

    def steps(self) -> list[Step]:
        """Return what happens, in order."""
        run = self.run
        return [
            self.bill("A", 40_000),
            lambda: run.world.sandbox.arm("answer_lost_before"),
            self.pay(CARD), self.mail, self.days(0.01), run.ask, self.mail,
        ]  # fmt: skip


class Amounts(Story):
    """A payment waits for two small amounts, which its payer types; then it is sent."""

    def steps(self) -> list[Step]:
        """Return what happens, in order."""
        run = self.run
        return [
            self.bill("A", 40_000), self.pay(BY_AMOUNTS),
            self.days(4), lambda: upkeep.follow(run), self.type,
        ]  # fmt: skip

    def type(self) -> None:
        """The right amounts, in either order."""
        run, ref = self.run, self.methods[BY_AMOUNTS]
        [token] = [token for token, public_id, *_ in run.rows(OURS) if public_id == ref]
        amounts = run.world.sandbox.amounts(token)
        validate.run(actor=run.world.payer, now=run.now, ref=ref, amounts=amounts)


class Corrected(Story):
    """A bank corrects an account's number after a debit."""

    def steps(self) -> list[Step]:
        """Return what happens, in order."""
        return [self.bill("A", 40_000), self.pay(CORRECTED), self.days(5), self.arrive, self.work]


class Wallet(Story):
    """A card gets a new date; a wallet is connected, deleted and forgotten; another one was for one time alone."""

    def steps(self) -> list[Step]:
        """Return what happens, in order."""
        return [
            lambda: self.keep(CARD), self.renew, self.connect, self.once,
            self.delete, self.days(2), self.forget,
        ]  # fmt: skip

    def renew(self) -> None:
        """The card's new date."""
        run = self.run
        update_expiry.run(actor=run.world.payer, now=run.now, ref=self.methods[CARD], month=11, year=2041)

    def connect(self) -> None:
        """Go to the wallet's page, agree, come back."""
        run = self.run
        begun: dict[str, Any] = {"key": "agreed", "return_url": upkeep.BACK}
        form = NewMethodForm(
            payer_id=run.world.payer_id, kind="wallet", token="", nickname="Eleanor Whitfield",
            is_default=False, address_id=None, new_address=None,
        )  # fmt: skip
        asked = wallet.begin(actor=run.world.payer, payer_id=run.world.payer_id, locale="en", **begun)
        if url := getattr(asked, "url", ""):
            run.world.sandbox.visit(url, "approve")
        self.methods["wallet"] = wallet.finish(actor=run.world.payer, now=run.now, form=form, **begun)

    def once(self) -> None:
        """Another one, for one time alone."""
        wallet.once(actor=self.run.world.payer, now=self.run.now, payer_id=self.run.world.payer_id)

    def delete(self) -> None:
        """Delete the wallet; pressed again it is gone."""
        with suppress(errors.NotFound):
            put_away.run(
                actor=self.run.world.payer,
                now=self.run.now,
                ref=self.methods["wallet"],
                move="delete",
                instead=None,
            )


STORIES: Final[tuple[type[Story], ...]] = (CardAndBank, Lost, Amounts, Corrected, Wallet)
