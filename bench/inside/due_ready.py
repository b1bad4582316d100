"""Scheduled payments that are due today, as autopay leaves them: a card, a permission and a row for each."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

import httpx

from bench.inside import bulk, people
from bench.sites import MERCHANT
from counterfoil.agreements import operations as agreement_operations
from counterfoil.agreements.texts import AgreementText
from counterfoil.billers import queries as biller_queries
from counterfoil.core import clock, db
from counterfoil.core.actor import WORKER
from counterfoil.invoices.models import Invoice
from counterfoil.methods.models import PaymentMethod
from counterfoil.schedules import operations as schedule_operations
from counterfoil.schedules.operations import NewScheduled

CARD = {"number": "4242424242424242", "exp": "12/40", "cvc": "123", "zip": "60601"}
TEXT = AgreementText("Authorization of the benchmark", "bench/1", "en")
CHUNK = 1_000


def run(gateway: str, count: int) -> dict[str, object]:
    """Set `count` payments for today, one for each open invoice; return how many, their sum, and a token to copy."""
    keys = {name: str(MERCHANT[name]) for name in ("public_key", "secret_key", "webhook_secret")}
    people.connect(config={"base_url": gateway, **keys})
    with httpx.Client(base_url=gateway) as http:
        answer = http.post("/fields/card", json={"merchant": MERCHANT["public_key"], **CARD})
    now = clock.now()
    invoices = _invoices(count)
    payers = sorted({invoice.payer_id for invoice in invoices})
    biller = biller_queries.get_by_key(key="bench-court")
    refs = bulk.give_cards(biller.id, payers, now)
    methods = dict(PaymentMethod.objects.filter(public_id__in=refs.values()).values_list("payer_id", "pk"))
    tokens = list(PaymentMethod.objects.filter(public_id__in=refs.values()).values_list("token", flat=True))
    for start in range(0, len(invoices), CHUNK):
        chunk = invoices[start : start + CHUNK]
        with db.transaction():
            _set(chunk, methods, refs, now)
    return {
        "count": len(invoices),
        "payers": len(payers),
        "sum": sum(invoice.open_minor for invoice in invoices),
        "like": answer.json()["token"],
        "tokens": tokens,
    }


def _invoices(count: int) -> list[Invoice]:
    """Return open invoices, payer by payer in turns, so that two hundred in a row are of two hundred payers."""
    turns: dict[int, int] = {}
    found = []
    for invoice in Invoice.objects.filter(status="open", pending_minor=0).order_by(
        "payer_id", "due_on", "pk"
    ):
        turns[invoice.payer_id] = turns.get(invoice.payer_id, 0) + 1
        found.append((turns[invoice.payer_id], invoice.payer_id, invoice))
    return [invoice for _, _, invoice in sorted(found, key=lambda each: each[:2])[:count]]


def _set(chunk: list[Invoice], methods: dict[int, int], refs: dict[int, str], now: datetime) -> None:
    today = biller_queries.today(biller=biller_queries.get(biller_id=chunk[0].biller_id), now=now)
    permissions = agreement_operations.create_many(
        actor=WORKER,
        now=now,
        drafts=[
            agreement_operations.NewAuthorization(
                biller_id=invoice.biller_id,
                payer_id=invoice.payer_id,
                kind="single",
                method_ref=refs[invoice.payer_id],
                sec_code="",
                amount_minor=invoice.open_minor,
                currency=invoice.currency,
                debit_on=today,
                text=TEXT,
                assent="Schedule Payment",
            )
            for invoice in chunk
        ],
    )
    schedule_operations.create_scheduled(
        actor=WORKER,
        now=now,
        drafts=[
            NewScheduled(
                biller_id=invoice.biller_id,
                account_id=invoice.account_id,
                payer_id=invoice.payer_id,
                method_id=methods[invoice.payer_id],
                authorization_id=permission,
                key=secrets.token_hex(10),
                request_hash="",
                origin="payer",
                mode="invoices",
                amounts=((invoice.public_id, invoice.open_minor),),
                currency=invoice.currency,
                run_on=today,
                cutoff_at=now - timedelta(days=1),
            )
            for invoice, permission in zip(chunk, permissions, strict=True)
        ],
    )
