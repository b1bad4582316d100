"""A second opinion: what must be so, worked out from what was agreed and from the sandbox's own books.

It reads neither ledger nor caches, and takes nothing from the product but what a person could see: which payments
there are and what they say they are. Its arithmetic is its own.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

Pair = tuple[int, int]
"""A billing account and a payer."""

LIVE = {"submitting", "unknown", "action_needed", "pending", "settled", "refunded", "awaiting_validation"}
PAID = {"settled", "refunded"}
# What a charge of the sandbox must have become with us, once everything has been told and done.
ENDS = {
    "captured": "settled",
    "pending": "settled",
    "declined": "declined",
    "canceled": "canceled",
    "returned": "returned",
}
REFUND_ENDS = {"succeeded": "refunded", "failed": "failed"}


@dataclass(frozen=True)
class Agreed:
    """What one payer saw and submitted under one key: the amount, and what of it goes to which invoice number.

    The fee comes on top, and pays nothing.
    """

    pair: Pair
    amount: int
    parts: dict[str, int]
    fee: int = 0

    @property
    def total(self) -> int:
        """What the gateway takes."""
        return self.amount + self.fee


@dataclass(frozen=True)
class Seen:
    """One payment as the product shows it, and what of its amount refunds took that are on their way, or gone.

    `credited` is what it left over and pays of bills since, by invoice number: the payment's page shows it.
    """

    key: str
    ref: str
    status: str
    amount: int
    refunded: int
    credited: dict[str, int]


@dataclass(frozen=True)
class GivenBack:
    """What staff saw and submitted under one key: what goes back of one payment (its public id), and of its fee."""

    payment: str
    amount: int
    fee: int = 0

    @property
    def total(self) -> int:
        """What the gateway gives back."""
        return self.amount + self.fee


@dataclass(frozen=True)
class SeenRefund:
    """One refund as the product shows it."""

    key: str
    ref: str
    status: str


@dataclass(frozen=True)
class Books:
    """What the gateway has: charges, refunds, and the money that moved."""

    charges: list[Any]
    refunds: list[Any]
    movements: list[Any]


@dataclass
class Oracle:
    """Events in, predictions out."""

    credit_applies: bool
    issued: dict[str, tuple[Pair, int]] = field(default_factory=dict)
    agreed: dict[str, Agreed] = field(default_factory=dict)
    given_back: dict[str, GivenBack] = field(default_factory=dict)

    def owed(self, pair: Pair) -> int:
        """What was billed to a payer for an account, all in all."""
        return sum(total for whose, total in self.issued.values() if whose == pair)

    def outstanding(self, pair: Pair, payments: list[Seen]) -> int:
        """What is outstanding at any moment: billed, less what every live payment took or will take."""
        taken = 0
        for seen in payments:
            promise = self.agreed[seen.key]
            if promise.pair != pair or seen.status not in LIVE:
                continue
            counts_whole = self.credit_applies or seen.status not in PAID
            taken += promise.amount - seen.refunded if counts_whole else sum(promise.parts.values())
        return max(0, self.owed(pair) - taken)

    def at_the_end(self, payments: list[Seen], refunds: list[SeenRefund], books: Books) -> Verdict:
        """Judge the gateway's books against what was agreed, and say what must be open once all is quiet."""
        verdict = Verdict()
        charged, refunded, moved = map(_by_ref, (books.charges, books.refunds, books.movements))
        known = {seen.ref for seen in payments} | {seen.ref for seen in refunds}
        strangers = (charged.keys() | refunded.keys() | moved.keys()) - known
        verdict.wrong += [f"the gateway knows {ref}, nobody else does" for ref in sorted(strangers)]
        for refund in refunds:
            self._judge_refund(verdict, refund, refunded[refund.ref], moved[refund.ref])
        for seen in payments:
            self._judge(verdict, seen, charged[seen.ref], moved[seen.ref])
        self._sum_up(verdict)
        return verdict

    def _judge_refund(self, verdict: Verdict, seen: SeenRefund, sent: list[Any], lines: list[Any]) -> None:
        """Money of a payment goes back once, as staff agreed to, or not at all; it may come back once."""
        promise = self.given_back.get(seen.key)
        if promise is None:
            verdict.wrong.append(f"nobody agreed to {seen.ref}")
            return
        if len(sent) > 1:
            verdict.wrong.append(f"{seen.ref} was sent {len(sent)} times")
        must_be = REFUND_ENDS.get(sent[0]["status"], "never") if sent else "failed"
        if seen.status != must_be:
            verdict.wrong.append(f"{seen.ref} is {seen.status}, must be {must_be}")
        went = [line["amount_minor"] for line in lines]
        if went not in ([], [-promise.total], [-promise.total, promise.total]):
            verdict.wrong.append(f"{seen.ref} moved {went}, {promise.total} was to go back")
        if sum(went):
            verdict.gone[promise.payment] += promise.amount
            verdict.gone_fees[promise.payment] += promise.fee

    def _judge(self, verdict: Verdict, seen: Seen, charges: list[Any], lines: list[Any]) -> None:
        promise = self.agreed.get(seen.key)
        if promise is None:
            verdict.wrong.append(f"nobody agreed to {seen.ref}")
            return
        if len(charges) > 1:
            verdict.wrong.append(f"{seen.ref} was charged {len(charges)} times")
        kinds = Counter(line["kind"] for line in lines)
        verdict.wrong += [f"{seen.ref} has {n} movements of {kind}" for kind, n in kinds.items() if n > 1]
        taken = [line["amount_minor"] for line in lines if line["amount_minor"] > 0]
        if any(amount != promise.total for amount in taken):
            verdict.wrong.append(f"{seen.ref} took {taken}, {promise.total} was agreed")
        must_be = ENDS.get(charges[0]["status"], "never") if charges else "canceled"
        if must_be == "settled" and verdict.gone[seen.ref] == promise.amount:
            must_be = "refunded"
        if verdict.gone[seen.ref] > promise.amount or verdict.gone_fees[seen.ref] > promise.fee:
            verdict.wrong.append(f"more went back of {seen.ref} than it took")
        if seen.status != must_be:
            verdict.wrong.append(f"{seen.ref} is {seen.status}, must be {must_be}")
        net = sum(line["amount_minor"] for line in lines)
        if net not in {0, promise.total}:
            verdict.wrong.append(f"{seen.ref} left {net} of {promise.total} at the gateway")
        if net:
            verdict.kept[promise.pair] += promise.amount - verdict.gone[seen.ref]
            verdict.fees += promise.fee - verdict.gone_fees[seen.ref]
            verdict.kept_parts.update(promise.parts)
        else:
            verdict.lost += verdict.gone[seen.ref] + verdict.gone_fees[seen.ref]

    def pairs(self, verdict: Verdict) -> set[Pair]:
        """Who owes, or has paid."""
        return {whose for whose, _ in self.issued.values()} | set(verdict.kept)

    def _sum_up(self, verdict: Verdict) -> None:
        for pair in self.pairs(verdict):
            balance = self.owed(pair) - verdict.kept[pair]
            if self.credit_applies:
                verdict.open[pair], verdict.credit[pair] = max(0, balance), max(0, -balance)
                verdict.outstanding[pair] = max(0, balance)
                continue
            mine = [(number, total) for number, (whose, total) in self.issued.items() if whose == pair]
            opened = sum(total - verdict.kept_parts[number] for number, total in mine)
            verdict.open[pair], verdict.credit[pair] = opened, opened - balance
            verdict.outstanding[pair] = opened


@dataclass
class Verdict:
    """What the oracle holds to be so, for each account and payer, and what it found wrong."""

    wrong: list[str] = field(default_factory=list)
    kept: Counter[Pair] = field(default_factory=Counter)
    kept_parts: Counter[str] = field(default_factory=Counter)
    open: dict[Pair, int] = field(default_factory=dict)
    credit: dict[Pair, int] = field(default_factory=dict)
    outstanding: dict[Pair, int] = field(default_factory=dict)
    fees: int = 0
    # What went back of each payment, and of its fee; and what of it was of payments that the bank returned as well.
    gone: Counter[str] = field(default_factory=Counter)
    gone_fees: Counter[str] = field(default_factory=Counter)
    lost: int = 0


def _by_ref(rows: list[Any]) -> dict[str, list[Any]]:
    found = defaultdict(list)
    for row in rows:
        found[row["reference"]].append(row)
    return found
