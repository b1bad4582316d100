"""Relatives in a simulated month: a sister takes part of bills, gives it back, pays, and helps with a limit.

What must hold beside everything else: what everybody owes on an account sums to what is open on it, each to the cent.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from counterfoil.core import db
from counterfoil.core.actor import WORKER
from counterfoil.flows.payments import prepare, submit
from counterfoil.flows.payments.orders import Mode, PayOrder, Quote, Submission
from counterfoil.flows.sharing import act, answer, end, end_access
from counterfoil.invoices import queries as invoice_queries
from counterfoil.payers import operations as payer_operations
from counterfoil.payers.drafts import NewLink
from tests.factories import relatives
from tests.simulation import actors, invariants
from tests.simulation.oracle import LIVE, Agreed, Books, Oracle, Pair, Seen, SeenRefund, Verdict
from tests.simulation.run import Person, Run

HELP: Final = "help-"


@dataclass
class SharedOracle(Oracle):
    """The second opinion where bills are shared: who takes part of a bill owes it, its addressee the rest."""

    shares: dict[tuple[str, Pair], int] = field(default_factory=dict)
    others: dict[Pair, Pair] = field(default_factory=dict)
    payments: list[Seen] = field(default_factory=list)

    def live(self, number: str, pair: Pair) -> int:
        """What this pair's payments took or will take for one bill, by credit of theirs as well."""
        mine = [(self.agreed[seen.key], seen) for seen in self.payments if seen.status in LIVE]
        return sum(
            promise.parts.get(number, 0) + seen.credited.get(number, 0)
            for promise, seen in mine
            if promise.pair == pair
        )

    def helped(self, number: str, pair: Pair) -> int:
        """What of those payments is help: it comes on top of a share."""
        promises = [
            self.agreed[seen.key]
            for seen in self.payments
            if seen.status in LIVE and seen.key.startswith(HELP)
        ]
        return sum(promise.parts.get(number, 0) for promise in promises if promise.pair == pair)

    def taken(self, number: str, pair: Pair) -> int:
        """What somebody who is not its addressee owes of a bill, paid or not."""
        share = self.shares.get((number, pair))
        owed = 0 if share is None else share + self.helped(number, pair)
        return max(owed, self.live(number, pair))

    def owed(self, pair: Pair) -> int:
        """What was billed to a payer, less what others took of it, and what the payer took of others' bills."""
        total = super().owed(pair)
        for number, (whose, _total) in self.issued.items():
            for sharer, giver in self.others.items():
                if whose == giver:
                    part = self.taken(number, sharer)
                    total += part if pair == sharer else -part if pair == giver else 0
        return total

    def pairs(self, verdict: Verdict) -> set[Pair]:
        """Who owes: those who take part of others' bills, too, also where they paid nothing of it."""
        return super().pairs(verdict) | self.others.keys()

    def outstanding(self, pair: Pair, payments: list[Seen]) -> int:
        """What is outstanding at any moment, the own share only."""
        self.payments = payments
        return super().outstanding(pair, payments)

    def at_the_end(self, payments: list[Seen], refunds: list[SeenRefund], books: Books) -> Verdict:
        """Judge; what is open stands in the books with whom the bill is addressed to."""
        self.payments = payments
        verdict = super().at_the_end(payments, refunds, books)
        for sharer, giver in self.others.items():
            left = sum(
                self.taken(number, sharer) - self.live(number, sharer)
                for number, (whose, _total) in self.issued.items()
                if whose == giver
            )
            if self.credit_applies:
                # Worked out from what each owes; the books have the sharer's part with the addressee.
                verdict.open[sharer] = verdict.open.get(sharer, 0) - left
                verdict.open[giver] = verdict.open.get(giver, 0) + left
            else:
                # Worked out from the bills, as the books have it; who owes what of them is not.
                for pair, part in ((sharer, left), (giver, -left)):
                    verdict.outstanding[pair] = verdict.outstanding.get(pair, 0) + part
                    verdict.credit[pair] = verdict.credit.get(pair, 0) + part
        return verdict


@dataclass
class Family:
    """The sister beside the run: her person, what she was asked and accepted, and her access."""

    sister: Person
    email: str
    access: str
    oracle: SharedOracle
    asked: list[tuple[str, str]] = field(default_factory=list)
    accepted: list[tuple[str, str]] = field(default_factory=list)

    def ask(self, run: Run) -> None:
        """The payer asks her to pay part of a bill."""
        opened = [row for row in _addressed(run) if row.payable_minor > 0]
        if not opened:
            return
        invoice = run.random.choice(opened)
        percent = run.random.choice([10, 33, 50, 100]) if run.random.random() < 0.6 else 0
        minor = 0 if percent else run.random.randint(1, invoice.payable_minor)
        ref = relatives.ask(run.world, invoice, percent=percent, minor=minor, email=self.email)
        self.asked.append((ref, invoice.number))

    def take(self, run: Run) -> None:
        """She says yes, sometimes twice, or no."""
        if not self.asked:
            return
        ref, number = self.asked.pop(run.random.randrange(len(self.asked)))
        if run.random.random() < 0.15:
            answer.decline(actor=self.sister.actor, now=run.now, ref=ref)
            return
        seen = answer.look(actor=self.sister.actor, ref=ref).amount_minor
        self.oracle.payments = invariants.seen(run)
        pair = self.sister.pair
        before = self.oracle.live(number, pair) - self.oracle.helped(number, pair)
        try:
            for _ in range(run.random.choice([1, 1, 2])):
                answer.accept(actor=self.sister.actor, now=run.now, ref=ref, seen_minor=seen)
        finally:
            # After a crash nobody was told; both look whether it is so.
            if _status(run, ref) == "accepted":
                self.oracle.shares[number, pair] = before + seen
                self.accepted.append((ref, number))

    def give_back(self, run: Run) -> None:
        """One of them ends a share."""
        if not self.accepted:
            return
        ref, number = run.random.choice(self.accepted)
        actor = run.random.choice([run.people[0].actor, self.sister.actor])
        try:
            end.run(actor=actor, now=run.now, ref=ref)
        finally:
            if _status(run, ref) == "ended":
                self.accepted.remove((ref, number))
                self.oracle.shares.pop((number, self.sister.pair), None)

    def pay_share(self, run: Run) -> None:
        """She pays what she took, all of it or part, sometimes with two clicks."""
        person = self.sister
        account_id, payer_id = person.pair
        opened = invoice_queries.list_open(actor=person.actor, payer_id=payer_id, account_id=account_id)
        wanted = [
            (i.public_id, run.random.randint(1, i.payable_minor)) for i in opened if i.payable_minor > 0
        ]
        amounts = tuple(wanted) if run.random.random() < 0.5 else ()
        mode = Mode.INVOICES if amounts else Mode.OUTSTANDING
        order = PayOrder(payer_id, account_id, actors.method(run, person), mode, amounts)
        quote = prepare.run(actor=person.actor, now=run.now, order=order).quote
        submission = Submission(order, scope="form", key=f"share-{secrets.token_hex(8)}", seen=quote.digest)
        self._agree(submission.key, quote)
        for _ in range(run.random.choice([1, 1, 2])):
            submit.run(actor=person.actor, now=run.now, submission=submission)

    def help_out(self, run: Run) -> None:
        """She pays for the payer with her own method, within her access, or tries to pay more."""
        stand_in = act.step_in(actor=self.sister.actor, now=run.now, ref=self.access)
        opened = [row for row in _addressed(run) if row.payable_minor > 0]
        if not opened or not stand_in.helping.left_minor:
            return
        invoice = run.random.choice(opened)
        part = run.random.randint(1, min(invoice.payable_minor, stand_in.helping.left_minor + 100))
        account_id, payer_id = self.sister.pair
        method = actors.method(run, self.sister)
        order = PayOrder(payer_id, account_id, method, Mode.INVOICES, ((invoice.public_id, part),))
        quote = act.review(stand_in=stand_in, now=run.now, order=order).quote
        key = f"{HELP}{secrets.token_hex(8)}"
        self._agree(key, quote)
        for _ in range(run.random.choice([1, 2])):
            act.pay(stand_in=stand_in, now=run.now, order=order, key=key, seen=quote.digest)

    def part(self, run: Run) -> None:
        """The payer ends her access."""
        end_access.run(actor=run.people[0].actor, now=run.now, ref=self.access)

    def _agree(self, key: str, quote: Quote) -> None:
        parts = {share.invoice_number: share.amount_minor for share in quote.shares}
        self.oracle.agreed[key] = Agreed(self.sister.pair, quote.amount_minor, parts, quote.fee_minor)

    @property
    def acts(self) -> tuple[tuple[Callable[[Run], object], int], ...]:
        """What relatives do, and how often."""
        return (self.ask, 8), (self.take, 9), (self.give_back, 4), (self.pay_share, 9), (self.help_out, 4)


def meet(run: Run) -> Family:
    """Let the sister join: she helps with a limit, and pays for the account herself."""
    email = f"sister-{secrets.token_hex(4)}@example.test"
    access, actor = relatives.helper(run.world, limit=60_000, total=200_000, email=email)
    [payer_id] = actor.payer_ids()
    with db.transaction():
        link = NewLink(account_id=run.world.account_id, payer_id=payer_id, is_default=False)
        payer_operations.link_many(biller_id=run.world.biller_id, new=[link])
    sister = Person(actor, (run.world.account_id, payer_id))
    # Nobody pays ahead here: what credit does to shares has tests of its own.
    run.world.set_portal(prepayment_allowed=False)
    run.people.append(sister)
    oracle = SharedOracle(run.oracle.credit_applies, others={sister.pair: run.people[0].pair})
    run.oracle = oracle
    return Family(sister, email, access, oracle)


def _addressed(run: Run) -> list[Any]:
    person = run.people[0]
    account_id, payer_id = person.pair
    return invoice_queries.list_open(actor=person.actor, payer_id=payer_id, account_id=account_id)


def _status(run: Run, ref: str) -> str:
    rows = run.rows("SELECT public_id, status FROM sharing_share WHERE biller_id = %s")
    return next((str(status) for public_id, status in rows if public_id == ref), "")


def wrong(run: Run) -> list[str]:
    """What everybody owes sums to what is open; nobody has taken more than there is."""
    opened = Counter(
        dict(
            run.rows(
                "SELECT account_id, sum(open_minor) FROM invoices_invoice WHERE biller_id = %s GROUP BY account_id"
            )
        )
    )
    owed: Counter[int] = Counter()
    for row in invoice_queries.sum_open(actor=WORKER):
        if row.biller_id == run.world.biller_id:
            owed[row.account_id] += row.open_minor
    return [
        f"everybody owes {owed[account]} on account {account}, open are {opened[account]}"
        for account in opened.keys() | owed.keys()
        if owed[account] != opened[account]
    ]
