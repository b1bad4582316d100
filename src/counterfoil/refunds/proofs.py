"""The invariants of refunds, each as one statement that lists what breaks it; proved with those of payments."""

from __future__ import annotations

from typing import Final

PROOFS: Final = {
    "What a payment says was refunded is what its live refunds come to": """
        SELECT p.public_id, format('%%s and %%s said, %%s and %%s refunded', p.refunded_minor, p.refunded_fee_minor,
               coalesce(r.total, 0), coalesce(r.fees, 0))
        FROM payments_payment p LEFT JOIN LATERAL (
          SELECT sum(amount_minor) AS total, sum(fee_minor) AS fees FROM refunds_refund
          WHERE payment_id = p.id AND status <> 'failed') r ON true
        WHERE (p.refunded_minor, p.refunded_fee_minor) IS DISTINCT FROM (coalesce(r.total, 0), coalesce(r.fees, 0))
          AND (%(biller)s::bigint IS NULL OR p.biller_id = %(biller)s)""",
    "A payment is Refunded when all of it went back, and only then": """
        SELECT p.public_id, format('%%s, %%s of %%s went back', p.status, coalesce(r.total, 0), p.amount_minor)
        FROM payments_payment p LEFT JOIN LATERAL (
          SELECT sum(amount_minor) AS total FROM refunds_refund
          WHERE payment_id = p.id AND status = 'refunded') r ON true
        WHERE p.status IN ('settled', 'refunded')
          AND (p.status = 'refunded') <> (coalesce(r.total, 0) = p.amount_minor)
          AND (%(biller)s::bigint IS NULL OR p.biller_id = %(biller)s)""",
    "What the books owe to refunds is what is on its way": """
        SELECT coalesce(l.biller_id, r.biller_id)::text,
               format('%%s in the books, %%s on its way', coalesce(l.total, 0), coalesce(r.total, 0))
        FROM (SELECT biller_id, -sum(amount_minor) AS total FROM ledger_line
              WHERE account = 'refunds_payable' AND (%(biller)s::bigint IS NULL OR biller_id = %(biller)s)
              GROUP BY 1) l
        FULL JOIN (SELECT biller_id, sum(amount_minor + fee_minor) AS total FROM refunds_refund
              WHERE status IN ('submitting', 'unknown', 'pending')
                AND (%(biller)s::bigint IS NULL OR biller_id = %(biller)s) GROUP BY 1) r ON r.biller_id = l.biller_id
        WHERE coalesce(l.total, 0) <> coalesce(r.total, 0)""",
    "What was lost to refunds is what was refunded of returned payments": """
        SELECT coalesce(l.biller_id, r.biller_id)::text,
               format('%%s in the books, %%s refunded', coalesce(l.total, 0), coalesce(r.total, 0))
        FROM (SELECT biller_id, sum(amount_minor) AS total FROM ledger_line
              WHERE account = 'refunds_lost' AND (%(biller)s::bigint IS NULL OR biller_id = %(biller)s)
              GROUP BY 1) l
        FULL JOIN (SELECT biller_id, sum(refunded_minor + refunded_fee_minor) AS total FROM payments_payment
              WHERE status = 'returned' AND refunded_minor + refunded_fee_minor > 0
                AND (%(biller)s::bigint IS NULL OR biller_id = %(biller)s) GROUP BY 1) r ON r.biller_id = l.biller_id
        WHERE coalesce(l.total, 0) <> coalesce(r.total, 0)""",
}
