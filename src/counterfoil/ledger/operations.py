"""The only door into the books."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from counterfoil.core import db
from counterfoil.ledger.postings import EntryDraft


def post(*, entries: Sequence[EntryDraft], now: datetime) -> None:
    """Insert entries and all their lines: two statements, however many there are.

    The database refuses an entry that does not sum to zero, one posted before under the same
    `(source_ref, kind)`, and lines added to an entry of another transaction.

    :raises django.db.IntegrityError: it was refused.
    """
    drafts = [entry for entry in entries if entry.lines]
    if not drafts:
        return
    born = db.insert_many(
        "ledger_entry",
        {
            "biller_id": ("bigint", [e.biller_id for e in drafts]),
            "kind": ("text", [e.kind for e in drafts]),
            "source_ref": ("text", [e.source_ref for e in drafts]),
            "posted_at": ("timestamptz", [now] * len(drafts)),
            "posted_on": ("date", [e.posted_on for e in drafts]),
            "effective_on": ("date", [e.effective_on for e in drafts]),
        },
        returning="source_ref, kind, id",
    )
    ids = {(source_ref, kind): entry_id for source_ref, kind, entry_id in born}
    legs = [(ids[e.source_ref, e.kind], e, line) for e in drafts for line in e.lines]
    db.insert_many(
        "ledger_line",
        {
            "entry_id": ("bigint", [entry_id for entry_id, _, _ in legs]),
            "biller_id": ("bigint", [e.biller_id for _, e, _ in legs]),
            "account": ("text", [line.account for _, _, line in legs]),
            "amount_minor": ("bigint", [line.amount_minor for _, _, line in legs]),
            "currency": ("text", [e.currency for _, e, _ in legs]),
            "billing_account_id": ("bigint", [line.billing_account_id for _, _, line in legs]),
            "payer_id": ("bigint", [line.payer_id for _, _, line in legs]),
            "invoice_id": ("bigint", [line.invoice_id for _, _, line in legs]),
        },
    )
