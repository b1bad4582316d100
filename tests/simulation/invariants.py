"""Everything that must hold: in between, and once all is quiet (peers.md 5.2)."""

from __future__ import annotations

from collections import Counter, defaultdict

from counterfoil.core.actor import WORKER
from counterfoil.flows.books import reconcile, verify
from counterfoil.payments import balances
from tests.simulation import later
from tests.simulation.oracle import Books, Pair, Seen, SeenRefund, Verdict
from tests.simulation.run import Run

MOVED = "SELECT reference, kind, amount_minor FROM movement WHERE merchant_id = %s ORDER BY seq"
CHARGED = "SELECT reference, status FROM charge WHERE merchant_id = %s AND status <> 'fenced'"
GIVEN_BACK = "SELECT reference, status FROM refund WHERE merchant_id = %s AND status <> 'fenced'"


def seen(run: Run) -> list[Seen]:
    """The payments there are, as anybody could see them."""
    return later.seen_by(run)


def refunds(run: Run) -> list[SeenRefund]:
    """The refunds there are, as anybody could see them."""
    rows = run.rows("SELECT key, public_id, status FROM refunds_refund WHERE biller_id = %s ORDER BY id")
    return [SeenRefund(*row) for row in rows]


def outstanding(run: Run) -> dict[Pair, int]:
    """The one sum, as the payers see it."""
    rows = balances.list_for(
        actor=run.world.staff, payer_ids=[pair[1] for pair in {p.pair for p in run.people}]
    )
    return {(row.account_id, row.payer_id): row.outstanding_minor for row in rows}


def in_between(run: Run) -> list[str]:
    """What is wrong now, however much is still on its way."""
    return _at_any_time(run, seen(run), outstanding(run))


def _at_any_time(run: Run, payments: list[Seen], shown: dict[Pair, int]) -> list[str]:
    wrong = [
        f"outstanding of {pair} is {amount}, must be {right}"
        for pair, amount in shown.items()
        if amount != (right := run.oracle.outstanding(pair, payments))
    ]
    wrong += [what for watch in run.watches for what in watch(run)]
    return wrong + [str(finding) for finding in verify.run(biller_id=run.world.biller_id)]


def at_the_end(run: Run) -> list[str]:
    """What is wrong after everything has been delivered, asked and settled."""
    with run.store.session() as db:
        found = [db.execute(what, [run.world.sandbox.id]).fetchall() for what in (CHARGED, GIVEN_BACK, MOVED)]
    books = Books(*found)
    payments, shown = seen(run), outstanding(run)
    verdict = run.oracle.at_the_end(payments, refunds(run), books)
    result = reconcile.run(actor=WORKER, biller_id=run.world.biller_id)
    wrong = [*_at_any_time(run, payments, shown), *verdict.wrong]
    wrong += [str(difference) for difference in result.differences]
    wrong += _compare("outstanding", verdict.outstanding, shown)
    wrong += _books(run, verdict, sum(line["amount_minor"] for line in books.movements))
    wrong += _notices(run, payments)
    wrong += run.post.wrong_at_the_end()
    return wrong


def _compare(what: str, right: dict[Pair, int], shown: dict[Pair, int]) -> list[str]:
    return [
        f"{what} of {pair} is {shown.get(pair, 0)}, must be {right.get(pair, 0)}"
        for pair in right.keys() | shown.keys()
        if shown.get(pair, 0) != right.get(pair, 0)
    ]


def _books(run: Run, verdict: Verdict, at_gateway: int) -> list[str]:
    """Replay the journal from empty: never impossible on the way, and at the end what the oracle says (I6, I16)."""
    lines = run.rows(
        "SELECT entry_id, account, amount_minor, billing_account_id, payer_id, invoice_id FROM ledger_line"
        " WHERE biller_id = %s ORDER BY entry_id, id"
    )
    wrong: list[str] = []
    totals: Counter[str] = Counter()
    receivable: dict[Pair, Counter[int]] = defaultdict(Counter)
    credit: Counter[Pair] = Counter()
    previous = None
    for entry_id, account, amount, account_id, payer_id, invoice_id in lines:
        if entry_id != previous:
            wrong += _impossible(previous, totals, receivable, credit)
            previous = entry_id
        totals[account] += amount
        if account == "receivable":
            receivable[account_id, payer_id][invoice_id] += amount
        if account == "unapplied_credit":
            credit[account_id, payer_id] -= amount
    wrong += _impossible(previous, totals, receivable, credit)
    if totals["clearing"] != at_gateway:
        wrong.append(f"clearing is {totals['clearing']}, the gateway moved {at_gateway}")
    if totals["fee_income"] != -verdict.fees:
        wrong.append(f"fee income is {-totals['fee_income']}, the fees agreed to are {verdict.fees}")
    if totals["return_window"]:
        wrong.append(f"{totals['return_window']} are still held for returns")
    if totals["refunds_payable"]:
        wrong.append(f"{-totals['refunds_payable']} are still on their way back")
    if totals["refunds_lost"] != verdict.lost:
        wrong.append(f"{totals['refunds_lost']} are out twice, must be {verdict.lost}")
    wrong += _compare("open", verdict.open, {pair: sum(parts.values()) for pair, parts in receivable.items()})
    return wrong + _compare("credit", verdict.credit, dict(credit))


def _impossible(
    entry: int | None, totals: Counter[str], receivable: dict[Pair, Counter[int]], credit: Counter[Pair]
) -> list[str]:
    below = [f"invoice {i}" for parts in receivable.values() for i, open_ in parts.items() if open_ < 0]
    below += [f"credit of {pair}" for pair, left in credit.items() if left < 0]
    below += ["what is held for returns"] if totals["return_window"] > 0 else []
    below += ["what is on its way back"] if totals["refunds_payable"] > 0 else []
    below += ["the sum of the books"] if sum(totals.values()) else []
    return [f"after entry {entry} {what} cannot be" for what in below]


def _notices(run: Run, payments: list[Seen]) -> list[str]:
    rows = run.rows(
        "SELECT n.subject_ref, n.key, count(*), count(d.id) FROM notices_notice n"
        " LEFT JOIN notices_delivery d ON d.notice_id = n.id WHERE n.biller_id = %s GROUP BY 1, 2"
    )
    told = {(ref, key): (notices, deliveries) for ref, key, notices, deliveries in rows}
    # A payment is told of once; of refunds `given_back` tells. Methods, autopay and what is set for later change again
    # and again.
    wrong = [
        f"{key} of {ref} is there {counts}"
        for (ref, key), counts in told.items()
        if counts[0] != counts[1]
        or (counts != (1, 1) and key.startswith("payment_") and key != "payment_refunded")
    ]
    for payment in payments:
        told_as = {
            "settled": "payment_receipt",
            "refunded": "payment_receipt",
            "returned": "payment_returned",
        }
        must = told_as.get(payment.status)
        if payment.key.startswith("sch_") and must == "payment_returned":
            must = None  # told as `autopay_failed`, of what it was scheduled as
        if must and (payment.ref, must) not in told:
            wrong.append(f"nobody was told {must} of {payment.ref}")
        if payment.status in {"submitting", "unknown", "action_needed", "pending"}:
            wrong.append(f"{payment.ref} is still {payment.status}")
    return wrong
