"""The messages of shares and helpers, each in its reader's language."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from counterfoil.billers.queries import BillerRow
from counterfoil.notices import operations as notice_operations
from counterfoil.payers.queries import PayerRow
from counterfoil.sharing.queries import HelperRow, ShareRow

PAGE = "/sharing/"


def queue(
    *, now: datetime, key: str, biller: BillerRow, to: PayerRow, subject_ref: str, data: dict[str, Any]
) -> None:
    """Queue one message to a payer, once for each subject; one without an e-mail address gets none."""
    if not to.email:
        return
    notice_operations.queue(
        now=now,
        biller_id=biller.id,
        key=key,
        to_email=to.email,
        payer_id=to.id,
        locale=to.locale,
        zone=biller.zone,
        data={
            "biller": {"name": biller.name, "phone": biller.phone},
            "payer_name": to.name,
            "link": PAGE,
            **data,
        },
        subject_ref=subject_ref,
        once=f"{key}:{subject_ref}:{to.public_id}",
    )


def of_share(share: ShareRow, *, amount_minor: int | None = None) -> dict[str, Any]:
    """Return what every message about a share says of it; never what the bill is for (SC-04)."""
    return {
        "for_whom": share.for_whom,
        "from_name": share.payer_name,
        "sharer_name": share.name,
        "invoice_number": share.invoice_number or "",
        "due_on": share.due_on.isoformat() if share.due_on else "",
        "percent_bp": share.percent_bp,
        "amount_minor": share.amount_minor if amount_minor is None else amount_minor,
        "currency": share.currency,
    }


def of_helper(helper: HelperRow) -> dict[str, Any]:
    """Return what every message about a helper's access says of it."""
    return {
        "for_whom": helper.for_whom,
        "from_name": helper.payer_name,
        "helper_name": helper.name,
        "may_pay": helper.may_pay,
        "limit_minor": helper.limit_minor or 0,
        "total_minor": helper.total_minor or 0,
        "currency": helper.currency,
        "until_on": helper.until_on.isoformat(),
    }
