"""The first page after signing in: a tile for everything there is to do, with the number that matters on it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from counterfoil.billers import queries as biller_queries
from counterfoil.payers import permissions
from counterfoil.payments import balances
from counterfoil.portal import bills
from counterfoil.portal.views.base import PortalView


class Dashboard(PortalView):
    """Tiles: Billing where the user profile allows it, and always My Profile."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show them."""
        found = balances.list_for(
            actor=self.actor, payer_ids=self.payer_ids(permissions.SEE_INVOICES), billers=self.billers
        )
        owed = [
            bills.owed(
                balance,
                biller=self.billers[balance.biller_id],
                can_pay=False,
                today=biller_queries.today(biller=self.billers[balance.biller_id], now=self.now),
            )
            for balance in found
        ]
        return self.page("portal/dashboard.html", {"summary": bills.summary(owed)})
