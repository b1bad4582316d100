"""The invariants of the money, each as one statement that lists what breaks it (peers.md 5.2).

Read on one snapshot. An empty answer is a proof for that moment; `biller_id` narrows it to one biller.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from django.db import connection

from counterfoil.payments import states

_SAMPLE: Final = 20

PROOFS: Final = {
    "I1 every entry sums to zero for each currency": """
        SELECT entry_id::text, sum(amount_minor)::text FROM ledger_line
        WHERE (%(biller)s::bigint IS NULL OR biller_id = %(biller)s)
        GROUP BY entry_id, currency HAVING sum(amount_minor) <> 0""",
    "I1 every line belongs to an entry of its biller": """
        SELECT l.id::text, l.entry_id::text FROM ledger_line l LEFT JOIN ledger_entry e
          ON e.id = l.entry_id AND e.biller_id = l.biller_id
        WHERE e.id IS NULL AND (%(biller)s::bigint IS NULL OR l.biller_id = %(biller)s)""",
    "I3 what is open on an invoice is what the books say": """
        SELECT i.public_id, format('%%s cached, %%s in the books', i.open_minor, coalesce(b.total, 0))
        FROM invoices_invoice i LEFT JOIN LATERAL (
          SELECT sum(amount_minor) AS total FROM ledger_line l
          WHERE l.invoice_id = i.id AND l.account = 'receivable') b ON true
        WHERE i.open_minor <> coalesce(b.total, 0) AND (%(biller)s::bigint IS NULL OR i.biller_id = %(biller)s)""",
    "I3 what is pending on an invoice is what payments claim": """
        SELECT i.public_id, format('%%s cached, %%s claimed', i.pending_minor, coalesce(c.total, 0))
        FROM invoices_invoice i LEFT JOIN LATERAL (
          SELECT sum(a.amount_minor) AS total FROM payments_allocation a JOIN payments_payment p ON p.id = a.payment_id
          WHERE a.invoice_id = i.id AND a.released_on IS NULL AND a.applied_on IS NULL
            AND p.status = ANY(%(in_flight)s)) c ON true
        WHERE i.pending_minor <> coalesce(c.total, 0)
          AND (%(biller)s::bigint IS NULL OR i.biller_id = %(biller)s)""",
    "I3 unapplied credit is what settled payments have left": """
        SELECT coalesce(l.account_id, p.account_id)::text, format('%%s in the books, %%s left', l.total, p.total)
        FROM (SELECT billing_account_id AS account_id, -sum(amount_minor) AS total FROM ledger_line
              WHERE account = 'unapplied_credit' AND (%(biller)s::bigint IS NULL OR biller_id = %(biller)s)
              GROUP BY 1) l
        FULL JOIN (SELECT p.account_id, sum(p.amount_minor - p.refunded_minor - coalesce(a.used, 0)) AS total
              FROM payments_payment p LEFT JOIN LATERAL (
                SELECT sum(amount_minor) AS used FROM payments_allocation
                WHERE payment_id = p.id AND released_on IS NULL) a ON true
              WHERE p.status IN ('settled', 'refunded')
                AND (%(biller)s::bigint IS NULL OR p.biller_id = %(biller)s)
              GROUP BY 1) p ON p.account_id = l.account_id
        WHERE coalesce(l.total, 0) <> coalesce(p.total, 0)""",
    "I4 a gateway object belongs to one payment": """
        SELECT gateway_ref, count(*)::text FROM payments_payment
        WHERE gateway_ref <> '' AND (%(biller)s::bigint IS NULL OR biller_id = %(biller)s)
        GROUP BY biller_id, gateway_ref HAVING count(*) > 1""",
    "I5 what is in flight never exceeds what is open": """
        SELECT public_id, format('%%s pending of %%s open', pending_minor, open_minor) FROM invoices_invoice
        WHERE pending_minor > open_minor AND (%(biller)s::bigint IS NULL OR biller_id = %(biller)s)""",
    "I9 a payment pays no more than its amount": """
        SELECT p.public_id, sum(a.amount_minor)::text FROM payments_payment p
        JOIN payments_allocation a ON a.payment_id = p.id AND a.released_on IS NULL
        WHERE (%(biller)s::bigint IS NULL OR p.biller_id = %(biller)s)
        GROUP BY p.id HAVING sum(a.amount_minor) > p.amount_minor - p.refunded_minor""",
    "I9 an ended payment pays and claims nothing": """
        SELECT p.public_id, a.id::text FROM payments_allocation a JOIN payments_payment p ON p.id = a.payment_id
        WHERE a.released_on IS NULL AND p.status = ANY(%(finished)s)
          AND (%(biller)s::bigint IS NULL OR p.biller_id = %(biller)s)""",
    "I9 what a settled payment is for is paid": """
        SELECT p.public_id, a.id::text FROM payments_allocation a JOIN payments_payment p ON p.id = a.payment_id
        WHERE a.released_on IS NULL AND a.applied_on IS NULL AND p.status IN ('settled', 'refunded')
          AND (%(biller)s::bigint IS NULL OR p.biller_id = %(biller)s)""",
    "I11 every debit has an authorization that covers it": """
        SELECT p.public_id, coalesce(z.public_id, 'none') FROM payments_payment p
        LEFT JOIN agreements_authorization z ON z.id = p.authorization_id AND z.biller_id = p.biller_id
        WHERE p.origin NOT IN ('import', 'hand') AND (%(biller)s::bigint IS NULL OR p.biller_id = %(biller)s)
          AND (z.id IS NULL OR z.payer_id <> p.payer_id OR z.amount_minor < p.amount_minor + p.fee_minor
               OR z.debit_on > p.effective_on)""",
    "The fees in the books are those that were charged": """
        SELECT coalesce(l.biller_id, p.biller_id)::text,
               format('%%s in the books, %%s charged', coalesce(l.total, 0), coalesce(p.total, 0))
        FROM (SELECT biller_id, -sum(amount_minor) AS total FROM ledger_line
              WHERE account = 'fee_income' AND (%(biller)s::bigint IS NULL OR biller_id = %(biller)s) GROUP BY 1) l
        FULL JOIN (SELECT biller_id, sum(fee_minor - refunded_fee_minor) AS total FROM payments_payment
              WHERE fee_minor <> 0 AND status IN ('settled', 'refunded')
                AND (%(biller)s::bigint IS NULL OR biller_id = %(biller)s) GROUP BY 1) p ON p.biller_id = l.biller_id
        WHERE coalesce(l.total, 0) <> coalesce(p.total, 0)""",
    "A bank account, autopay and collecting cost no fee": """
        SELECT public_id, format('%%s by %%s, %%s', fee_minor, method_kind, origin) FROM payments_payment
        WHERE fee_minor <> 0 AND (method_kind = 'bank' OR origin IN ('autopay', 'pull'))
          AND (%(biller)s::bigint IS NULL OR biller_id = %(biller)s)""",
    "A part of an invoice says what its payer's payments say": """
        SELECT i.public_id, format('%%s and %%s cached, %%s and %%s paid and claimed',
                                   t.paid_minor, t.pending_minor, c.paid, c.pending)
        FROM invoices_invoicepart t JOIN invoices_invoice i ON i.id = t.invoice_id LEFT JOIN LATERAL (
          SELECT coalesce(sum(a.amount_minor) FILTER (WHERE a.applied_on IS NOT NULL), 0) AS paid,
                 coalesce(sum(a.amount_minor) FILTER (WHERE a.applied_on IS NULL), 0) AS pending
          FROM payments_allocation a JOIN payments_payment p ON p.id = a.payment_id
          WHERE a.invoice_id = t.invoice_id AND p.payer_id = t.payer_id AND a.released_on IS NULL) c ON true
        WHERE (t.paid_minor <> c.paid OR t.pending_minor <> c.pending)
          AND (%(biller)s::bigint IS NULL OR t.biller_id = %(biller)s)""",
    "Who pays what is addressed to another has a part of it": """
        SELECT i.public_id, p.public_id FROM payments_allocation a
        JOIN payments_payment p ON p.id = a.payment_id JOIN invoices_invoice i ON i.id = a.invoice_id
        WHERE p.payer_id <> i.payer_id AND a.released_on IS NULL
          AND (%(biller)s::bigint IS NULL OR a.biller_id = %(biller)s)
          AND NOT EXISTS (SELECT FROM invoices_invoicepart t
                          WHERE t.invoice_id = i.id AND t.payer_id = p.payer_id AND i.is_shared)""",
    "Parts never sum above what is open, nor does the rest pay for them": """
        SELECT i.public_id, format('%%s open with %%s pending, of it others owe %%s and have sent %%s',
                                   i.open_minor, i.pending_minor, t.owed, t.sent)
        FROM invoices_invoice i JOIN (
          SELECT invoice_id, sum(greatest(agreed_minor - paid_minor, pending_minor)) AS owed,
                 sum(pending_minor) AS sent FROM invoices_invoicepart
          WHERE (%(biller)s::bigint IS NULL OR biller_id = %(biller)s) GROUP BY invoice_id) t
          ON t.invoice_id = i.id
        WHERE t.owed > i.open_minor OR i.pending_minor - t.sent > i.open_minor - t.owed""",
    "A sharer pays no more than the share": """
        SELECT i.public_id, format('%%s agreed, %%s paid, %%s on its way',
                                   t.agreed_minor, t.paid_minor, t.pending_minor)
        FROM invoices_invoicepart t JOIN invoices_invoice i ON i.id = t.invoice_id
        WHERE t.is_live AND t.paid_minor + t.pending_minor > t.agreed_minor
          AND (%(biller)s::bigint IS NULL OR t.biller_id = %(biller)s)""",
    "An ended payment has no open attempt": """
        SELECT p.public_id, p.status FROM payments_attempt t JOIN payments_payment p ON p.id = t.payment_id
        WHERE t.ended_at IS NULL AND p.status NOT IN ('submitting', 'unknown', 'action_needed')
          AND (%(biller)s::bigint IS NULL OR p.biller_id = %(biller)s)""",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that breaks an invariant."""

    proof: str
    subject: str
    why: str


def run(*, biller_id: int | None, more: Mapping[str, str] = MappingProxyType({})) -> list[Finding]:
    """Return everything that breaks an invariant, at most twenty of each; nothing is what is wanted.

    `more` are the proofs of rooms above payments.
    """
    findings = []
    values = {
        "biller": biller_id,
        "in_flight": list(states.IN_FLIGHT),
        "finished": list(states.FINISHED),
    }
    with connection.cursor() as cursor:
        for proof, sql in {**PROOFS, **more}.items():
            cursor.execute(f"{sql} LIMIT {_SAMPLE}", values)
            findings += [Finding(proof, str(subject), str(why)) for subject, why in cursor.fetchall()]
    return findings
