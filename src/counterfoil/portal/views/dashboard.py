"""The first page after signing in: a tile for everything there is to do, with the number that matters on it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from counterfoil.flows.sharing import people
from counterfoil.payers import permissions
from counterfoil.payments import balances
from counterfoil.portal import bills, owing
from counterfoil.portal.views.base import PortalView
from counterfoil.requests import queries as request_queries, states as request_states
from counterfoil.sharing import queries as sharing_queries


class Dashboard(PortalView):
    """Tiles: Billing where the user profile allows it, and always My Profile."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show them."""
        found = balances.list_for(
            actor=self.actor, payer_ids=self.payer_ids(permissions.SEE_INVOICES), billers=self.billers
        )
        owed = owing.read(
            actor=self.actor, now=self.now, balances=found, billers=self.billers, can_pay=lambda _each: False
        )
        values = {"summary": bills.summary(list(owed.values())), **self._asked(), **self._shared()}
        return self.page("portal/dashboard.html", values)

    def _shared(self) -> dict[str, object]:
        """Return what the tile Sharing shows; nothing for who can share nothing and with whom nothing is shared."""
        waiting, others = sharing_queries.count_with(actor=self.actor)
        on = {biller.id for biller in self.billers.values() if people.is_on(biller)}
        shares = set(self.payer_ids(permissions.SHARE))
        may = any(p.id in shares and p.biller_id in on for p in self.payers)
        return {"shares": may or bool(others), "share_offers": waiting}

    def _asked(self) -> dict[str, object]:
        """Return what the tile My Requests shows; nothing where the user profile does not allow asking."""
        payer_ids = self.payer_ids(permissions.ASK)
        if not payer_ids:
            return {}
        counted = request_queries.count_by_status(actor=self.actor, payer_ids=payer_ids)
        return {
            "asks": True,
            "waiting": counted.get(request_states.OPEN, 0),
            "answered": counted.get(request_states.ANSWERED, 0),
        }
