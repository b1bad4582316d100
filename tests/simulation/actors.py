"""Who does what in a simulated month: payers and relatives, staff, the bank, the gateway, the worker, bad luck."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import replace
from datetime import timedelta

from counterfoil.core import errors, http
from counterfoil.core.actor import OPERATOR
from counterfoil.flows.invoices import issue
from counterfoil.flows.payments import confirm, prepare, submit
from counterfoil.flows.payments.orders import Mode, PayOrder, Quote, Submission
from counterfoil.invoices.drafts import NewInvoice, NewLine
from tests.simulation import invariants
from tests.simulation.oracle import Agreed
from tests.simulation.run import Person, Run

CARDS = ("4242424242424242", "4242424242424242", "4000000000009995", "4000000000000119", "4000002500003155")
ACCOUNTS = ("000123456789", "000123456789", "000111111116", "000111111114", "000222222227", "000333333335")
FAULTS = (
    "answer_lost_before", "answer_lost_after", "answer_lost_after", "error_500_then_success", "slow",
    "delayed_execution", "delayed_execution", "keys_forgotten_after", "event_doubled", "event_late",
    "event_out_of_order", "event_forged",
)  # fmt: skip


def issue_invoices(run: Run) -> None:
    """Staff put bills in front of payers."""
    _issue(run, [_draft(run, run.random.choice(run.people)) for _ in range(run.random.randint(1, 4))])


def bill(run: Run, person: Person, *, due_in: int) -> None:
    """Staff put a bill in front of this payer, due in so many days."""
    due_on = run.world.today + timedelta(days=due_in)
    _issue(run, [replace(_draft(run, person), issued_on=run.world.today, due_on=due_on)])


def _issue(run: Run, drafts: list[NewInvoice]) -> None:
    for draft in drafts:
        pair = (draft.account_id, draft.payer_id)
        run.oracle.issued[draft.number] = (pair, sum(line.amount_minor for line in draft.lines))
    try:
        issue.run(actor=run.world.staff, now=run.now, biller_id=run.world.biller_id, drafts=drafts)
    finally:
        # After a crash nobody was told; staff look whether the bills are there.
        there = {number for (number,) in run.rows("SELECT number FROM invoices_invoice WHERE biller_id = %s")}
        for draft in drafts:
            if draft.number not in there:
                del run.oracle.issued[draft.number]


def _draft(run: Run, person: Person) -> NewInvoice:
    account_id, payer_id = person.pair
    today, due_in = run.world.today, run.random.randint(-20, 40)
    lines = [NewLine("Rent", run.random.randint(1, 300_000)) for _ in range(run.random.randint(1, 3))]
    return NewInvoice(
        biller_id=run.world.biller_id,
        account_id=account_id,
        payer_id=payer_id,
        number=f"INV-{secrets.token_hex(4)}",
        issued_on=today + timedelta(days=min(0, due_in)),
        due_on=today + timedelta(days=due_in),
        currency="USD",
        lines=tuple(lines),
    )


def pay(run: Run) -> None:
    """Somebody fills in the payment window, checks, and submits, sometimes twice."""
    pay_as(run, run.random.choice(run.people))


def pay_as(run: Run, person: Person, method_ref: str = "") -> None:
    """This person pays, with this method or any of theirs."""
    submission = _review(run, person, method_ref)
    if submission is None:
        return
    run.submitted.append((person, submission))
    submit.run(actor=person.actor, now=run.now, submission=submission)
    if run.random.random() < 0.3:
        submit.run(actor=person.actor, now=run.now, submission=submission)


def pay_side_by_side(run: Run) -> None:
    """Two people check at the same time; both submit."""
    pairs = [(person, _review(run, person)) for person in run.random.sample(run.people, 2)]
    for person, submission in pairs:
        if submission is not None:
            run.submitted.append((person, submission))
            with suppress(errors.Refused):
                submit.run(actor=person.actor, now=run.now, submission=submission)


def pay_when_busy(run: Run) -> None:
    """Every thread waits for the gateway already: the payment is born, a job makes its call."""
    with ExitStack() as held:
        with suppress(http.Busy):
            while True:
                held.enter_context(http.bulkhead("sandbox"))
        pay(run)


def collect(run: Run) -> None:
    """A run of the biller's takes several payers' payments at once: one commit, calls side by side, one commit."""
    wanted = [(person, _review(run, person, most_fee=0)) for person in run.people[1:]]
    submissions = [replace(made, origin="pull") for _, made in wanted if made is not None]
    if submissions:
        submit.many(actor=OPERATOR, now=run.now, submissions=submissions)


def submit_again(run: Run) -> None:
    """Reload, back button, second click: an old submission arrives once more."""
    if run.submitted:
        person, submission = run.random.choice(run.submitted[-6:])
        submit.run(actor=person.actor, now=run.now, submission=submission)


def _review(run: Run, person: Person, method_ref: str = "", most_fee: int | None = None) -> Submission | None:
    account_id, payer_id = person.pair
    opened = open_invoices(run, person)
    amounts = () if not opened or run.random.random() < 0.4 else _amounts(run, opened)
    order = PayOrder(
        payer_id=payer_id,
        account_id=account_id,
        method_ref=method_ref or method(run, person),
        mode=Mode.INVOICES if amounts else Mode.OUTSTANDING,
        amounts=amounts,
        most_fee_minor=most_fee,
    )
    quote = prepare.run(actor=person.actor, now=run.now, order=order).quote
    submission = Submission(order, scope="form", key=f"key-{secrets.token_hex(8)}", seen=quote.digest)
    run.oracle.agreed[submission.key] = _agreed(person, quote)
    return submission


def _agreed(person: Person, quote: Quote) -> Agreed:
    parts = {share.invoice_number: share.amount_minor for share in quote.shares}
    return Agreed(person.pair, quote.amount_minor, parts, quote.fee_minor)


def open_invoices(run: Run, person: Person) -> list[tuple[str, int]]:
    """What is open on each of somebody's invoices, less what is on its way: read without the product's queries."""
    return [
        (ref, left)
        for ref, left, pair in run.rows(
            "SELECT public_id, open_minor - pending_minor, ARRAY[account_id, payer_id] FROM invoices_invoice"
            " WHERE biller_id = %s AND open_minor > 0 ORDER BY due_on, id"
        )
        if tuple(pair) == person.pair
    ]


def _amounts(run: Run, opened: list[tuple[str, int]]) -> tuple[tuple[str, int], ...]:
    chosen = run.random.sample(opened, run.random.randint(1, min(3, len(opened))))
    wanted = []
    for ref, left in chosen:
        whole = max(1, left)
        part = run.random.choice(
            [whole, whole, run.random.randint(1, whole), whole + run.random.randint(1, 90_000)]
        )
        wanted.append((ref, part))
    return tuple(wanted)


def method(run: Run, person: Person) -> str:
    """Return one of somebody's methods, now and then a new one."""
    kept = run.methods.setdefault(person.pair[1], [])
    if not kept or run.random.random() < 0.2:
        kept.append(_new_method(run, person))
    return run.random.choice(kept)


def _new_method(run: Run, person: Person) -> str:
    if run.random.random() < 0.4:
        return run.world.card(run.random.choice(CARDS), actor=person.actor)
    late = f"0009{run.random.choice(['01', '02', '10', '29'])}{run.random.randint(2, 60):03d}"
    return run.world.bank(run.random.choice([*ACCOUNTS, late, late]), actor=person.actor)


def come_back(run: Run) -> None:
    """The payer answers the bank's question, comes back, or just looks again."""
    practice = run.world.sandbox
    rows = run.rows(
        "SELECT public_id, action_url, payer_id FROM payments_payment WHERE biller_id = %s"
        " AND status IN ('action_needed', 'unknown', 'submitting') ORDER BY id"
    )
    if not rows:
        return
    ref, url, payer_id = run.random.choice(rows)
    decision = run.random.choice(["approve", "approve", "refuse", ""])
    if url and decision:
        practice.http.post(url.replace("http://sandbox.test", practice.base_url), data={"decision": decision})
    person = next(person for person in run.people if person.pair[1] == payer_id)
    if run.random.random() < 0.8:
        confirm.run(actor=person.actor, now=run.now, payment_ref=ref)


def courier(run: Run) -> None:
    """Events arrive: some, in any order, some again, some not at all and never more."""
    due = run.world.sandbox.due()
    run.random.shuffle(due)
    for delivery in due[: run.random.randint(0, len(due))]:
        fate = run.random.random()
        if fate < 0.07:
            run.box.delivered([delivery.seq], run.now)  # the gateway believes so; we never saw it
        elif fate < 0.15:
            run.box.failed(delivery.seq, run.now, answer="503")
        else:
            run.deliver(delivery)
    if run.told and run.random.random() < 0.3:
        run.deliver(run.random.choice(run.told))


def worker(run: Run) -> None:
    """The worker does some of what waits, in any order."""
    jobs = run.waiting_jobs()
    run.random.shuffle(jobs)
    for job in jobs[: run.random.randint(0, len(jobs))]:
        run.do_job(job)
        if run.random.random() < 0.1:
            run.do_job(job)  # its lease ran out: another worker did it again
    run.random.choice([run.ask, run.ask, run.ask, run.mature, run.catch_up, run.redefer, run.seal])()
    run.letters()


def moment(run: Run) -> None:
    """Seconds or minutes go by."""
    run.wait(timedelta(seconds=run.random.randint(1, 1500)))


def days(run: Run) -> None:
    """Hours or days go by."""
    run.wait(timedelta(hours=run.random.choice([1, 5, 12, 24, 30, 72, 120])))


def fault(run: Run) -> None:
    """The gateway is told to misbehave soon."""
    misbehave(run, on=("charge", "charge", "look_up", "fence", "any"))


def misbehave(run: Run, *, on: tuple[str, ...]) -> None:
    """Tell the gateway to misbehave at the next of one of these calls."""
    name = run.random.choice(FAULTS)
    values: dict[str, object] = {"on": run.random.choice(on)}
    if name == "slow":
        # Up to six seconds a payer waits; past them the work is done, and nobody hears of it.
        values["seconds"] = run.random.choice([1, 8, 40])
    if name in {"delayed_execution", "event_late"}:
        values["seconds"] = run.random.choice([20, 90, 4000, 90_000, 250_000])
    run.world.sandbox.arm(name, **values)


def outage(run: Run) -> None:
    """The gateway cannot be reached, or can be again."""
    run.gateway_up(up=run.random.random() < 0.6)


def bad_luck(run: Run) -> None:
    """The process will die at one of the next places where it matters."""
    run.countdown = run.random.randint(1, 9)


WEIGHTS: tuple[tuple[Callable[[Run], object], int], ...] = (
    (issue_invoices, 8), (pay, 12), (pay_side_by_side, 3), (pay_when_busy, 2), (collect, 2), (submit_again, 2),
    (come_back, 5), (courier, 11), (worker, 12), (moment, 8), (days, 5), (fault, 8), (outage, 2), (bad_luck, 5),
)  # fmt: skip


def play(run: Run, *, events: int, others: tuple[tuple[Callable[[Run], object], int], ...] = ()) -> None:
    """Let things happen, one after the other, and look at the books in between now and then."""
    weights = (*WEIGHTS, *others)
    acts, chances = [act for act, _ in weights], [weight for _, weight in weights]
    for act in [issue_invoices, *run.random.choices(acts, chances, k=events)]:
        run.perform(act.__name__, lambda act=act: act(run))
        if run.random.random() < 0.06:
            assert not (wrong := invariants.in_between(run)), wrong
