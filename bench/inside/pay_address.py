"""Where the window Make a Payment opens for each of these payers."""

from __future__ import annotations

from django.urls import reverse

from counterfoil.payers.models import AccountPayer


def run(payer_ids: list[int]) -> dict[str, str]:
    """Return the address of step 1 for each payer's first account, by payer id."""
    links = AccountPayer.objects.select_related("payer", "account").filter(payer_id__in=payer_ids)
    return {
        str(link.payer_id): reverse("portal-pay", args=[link.payer.public_id, link.account.public_id])
        for link in links.order_by("-pk")
    }
