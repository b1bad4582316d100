"""Where the window Make a Payment opens for one payer."""

from __future__ import annotations

from django.urls import reverse

from counterfoil.payers.models import AccountPayer


def run(payer_id: int) -> dict[str, str]:
    """Return the address of step 1 for the payer's first account."""
    link = AccountPayer.objects.select_related("payer", "account").filter(payer_id=payer_id).order_by("pk")[0]
    return {"path": reverse("portal-pay", args=[link.payer.public_id, link.account.public_id])}
