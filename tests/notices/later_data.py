"""What notices about payments of later days and autopay hold when they are rendered for review."""

from __future__ import annotations

from typing import Any, Final

BILLER: Final = {
    "name": "Maple Court Senior Living",
    "phone": "(312) 555-0142",
    "email": "billing@maplecourt.example",
    "address_lines": ["1200 Maple Avenue", "Evanston, IL 60201"],
}
SET: Final[dict[str, Any]] = {
    "biller": BILLER,
    "payer_name": "Susan Whitfield",
    "for_whom": "Eleanor Whitfield",
    "account_number": "MC-10042",
    "amount_minor": 425_000,
    "currency": "USD",
    "run_on": "2026-12-10",
    "cutoff_at": "2026-12-10T02:00:00+00:00",
    "method_label": "Mom's checking ••••6789",
    "invoices": "1001, 1002",
    "by_autopay": True,
    "reason": "nothing",
    "link": "/billing/schedules/",
}
AUTOPAY: Final[dict[str, Any]] = {
    "biller": BILLER,
    "payer_name": "Susan Whitfield",
    "for_whom": "Eleanor Whitfield",
    "method_label": "Mom's checking ••••6789",
    "rule": "capped",
    "amount_minor": 500_000,
    "currency": "USD",
    "day_rule": "due_date",
    "day": None,
    "reason": "failures",
    "link": "/billing/schedules/",
}
LATER: Final[dict[str, dict[str, Any]]] = {
    "scheduled_confirmed": SET,
    "scheduled_canceled": SET,
    "scheduled_lowered": SET | {"taken_minor": 300_000},
    "autopay_notice": SET | {"notice_days": 10, "before_minor": 420_000, "moved": True},
    "collection_coming": SET
    | {
        "by_autopay": False,
        "run_on": "2026-12-07",
        "cutoff_at": "2026-12-07T02:00:00+00:00",
        "collection_on": "2026-12-05",
        "notice_days": 10,
    },
    "autopay_failed": SET
    | {
        "payment_number": "7K3QX-9MPLA",
        "decline_class": "returned",
        "return_code": "R01",
        "retry_on": "2026-12-16",
    },
    "autopay_started": AUTOPAY | {"text": "Authorization for autopay\n\nI, Susan Whitfield, authorize ..."},
    "autopay_ask": AUTOPAY | {"asked_minor": 612_500, "due_on": "2026-12-10"},
    "autopay_paused": AUTOPAY,
    "autopay_ended": AUTOPAY
    | {
        "end_number": "7K3QX-9MPLA",
        "ended_at": "2026-11-21T15:00:00+00:00",
        "on_its_way": [[425_000, "2026-11-23"]],
    },
}
