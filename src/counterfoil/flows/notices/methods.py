"""The notices about a payer's methods: queued in the transaction of what they tell."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from counterfoil.billers.queries import BillerRow
from counterfoil.notices import operations as notice_operations
from counterfoil.notices.operations import NewNotice
from counterfoil.payers.rows import PayerRow


def queue(  # noqa: PLR0913 - the parts of one notice
    *,
    now: datetime,
    key: str,
    payer: PayerRow,
    biller: BillerRow,
    ref: str,
    data: dict[str, Any],
    once: str = "",
) -> None:
    """Queue a notice about the method `ref` of this payer; who has no e-mail address gets none.

    Without `once` the same notice about the same method is sent again at another instant.
    """
    if payer.email:
        notice_operations.queue(now=now, **_notice(now, key, payer, biller, ref, data, once))


def _notice(  # noqa: PLR0913, PLR0917 - the parts of one value
    now: datetime, key: str, payer: PayerRow, biller: BillerRow, ref: str, data: dict[str, Any], once: str
) -> NewNotice:
    return NewNotice(
        biller_id=payer.biller_id,
        key=key,
        to_email=payer.email,
        payer_id=payer.id,
        locale=payer.locale,
        zone=biller.zone,
        data={
            "biller": {"name": biller.name, "phone": biller.phone},
            "payer_name": payer.name,
            "link": "/billing/methods/",
            **data,
        },
        subject_ref=ref,
        once=once or f"{key}:{ref}:{now.isoformat()}",
    )
