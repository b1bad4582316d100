"""Payments in bulk, in process: births two hundred a commit, then a thousand outcomes in one commit by the one door.

No gateway is called: what is measured is everything that is ours. Births are timed apart from recording.
"""

from __future__ import annotations

import secrets
import time
from datetime import datetime

from django.db.models import Min

from bench.inside import verify
from counterfoil.billers import queries as biller_queries
from counterfoil.core import clock, db
from counterfoil.core.actor import WORKER
from counterfoil.flows.payments import birth, facts, quote, record_results
from counterfoil.flows.payments.orders import Mode, PayOrder, Submission
from counterfoil.flows.payments.record_results import Outcome
from counterfoil.gateways import base
from counterfoil.invoices.models import Invoice
from counterfoil.methods import operations as method_operations
from counterfoil.methods.operations import NewMethod

BATCH, BIRTHS = 1_000, 200


def run(rounds: int, batch: int = BATCH) -> dict[str, object]:
    """Return the seconds of births and of recording of each round of a thousand, and broken invariants."""
    now = clock.now()
    biller = biller_queries.get_by_key(key="bench-court")
    first = Invoice.objects.filter(status="open").values("payer_id").annotate(pk=Min("pk"))
    payers = [row["payer_id"] for row in first.order_by("payer_id")[:batch]]
    methods = give_cards(biller.id, payers, now)
    births, records = [], []
    for _ in range(rounds):
        submissions = _submissions(payers, methods, now)
        began = time.perf_counter()
        born = []
        for start in range(0, batch, BIRTHS):
            chunk = submissions[start : start + BIRTHS]
            born += birth.run(actor=WORKER, now=now, submissions=chunk, calls_now=True)
        births.append(time.perf_counter() - began)
        outcomes = [
            Outcome(each.payment_id, base.Settled(f"ch_{secrets.token_hex(8)}"), source="answer")
            for each in born
            if isinstance(each, birth.Born)
        ]
        began = time.perf_counter()
        recorded = record_results.run(actor=WORKER, now=now, outcomes=outcomes)
        records.append(time.perf_counter() - began)
        if [each.status for each in recorded] != ["settled"] * batch:
            raise RuntimeError("not every payment was settled")
    return {"births": births, "records": records, "findings": verify.run()}


def give_cards(biller_id: int, payers: list[int], now: datetime) -> dict[int, str]:
    """Give each payer a card; its token is never sent anywhere."""
    connection = biller_queries.find_connection(biller_id=biller_id, kind="card")
    if connection is None:
        raise RuntimeError("these books have no gateway")
    refs = {}
    with db.transaction():
        for payer_id in payers:
            draft = NewMethod(
                biller_id=biller_id,
                payer_id=payer_id,
                connection_id=connection.id,
                kind="card",
                token=f"tok_{secrets.token_hex(10)}",
                fingerprint="",
                brand="visa",
                bank_name="",
                last4="4242",
                exp_month=12,
                exp_year=2040,
                funding="credit",
                bank_account_kind="",
                holder_kind="",
                holder_name="",
                nickname="Card",
                validation="not_needed",
                validated_by="",
                is_saved=True,
                address_id=None,
            )
            refs[payer_id] = method_operations.create(actor=WORKER, method=draft, now=now).public_id
    return refs


def _submissions(payers: list[int], methods: dict[int, str], now: datetime) -> list[Submission]:
    """Pay the oldest open invoice of each payer, as it was reviewed."""
    oldest = Invoice.objects.filter(payer_id__in=payers, status="open").order_by("payer_id", "due_on", "pk")
    orders = [
        PayOrder(
            payer_id=row.payer_id,
            account_id=row.account_id,
            method_ref=methods[row.payer_id],
            mode=Mode.INVOICES,
            amounts=((row.public_id, row.open_minor),),
        )
        for row in oldest.distinct("payer_id")
    ]
    known = facts.load(actor=WORKER, now=now, orders=orders)
    return [
        Submission(
            order,
            scope="form",
            key=secrets.token_hex(8),
            seen=quote.make(facts=each, order=order).digest,
        )
        for order, each in zip(orders, known, strict=True)
    ]
