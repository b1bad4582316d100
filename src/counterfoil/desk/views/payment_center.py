"""Payment Center: what came in and does not lie in a deposit yet."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from counterfoil.desk import desk as desks, lists, money_view
from counterfoil.desk.desk import Desk
from counterfoil.identity import permissions
from counterfoil.payments import queries as payment_queries, states
from counterfoil.payments.queries import Wanted
from counterfoil.refunds import queries as refund_queries

PLACE = "desk-undeposited"
# What was paid elsewhere before it was imported never comes into a deposit.
ORIGINS: Final = ("portal", "link", "schedule", "autopay", "pull", "plan", "hand")
SHOW: Final = {
    "undeposited": (_("Undeposited"), (*states.IN_FLIGHT, *states.PAID)),
    "failed": (_("Failed"), states.FINISHED),
}


@require_safe
@desks.page(permissions.SEE_PAYMENTS)
def enter(_request: HttpRequest, desk: Desk) -> HttpResponse:
    """Lead to the first tab."""
    return HttpResponseRedirect(desk.path("desk-undeposited"))


@require_safe
@desks.page(permissions.SEE_PAYMENTS)
def undeposited(request: HttpRequest, desk: Desk) -> HttpResponse:
    """List payments from the second they are submitted; what failed is behind its filter."""
    show = lists.choice(request, "show", SHOW, preset="undeposited")
    search = lists.words(request)
    wanted = Wanted(statuses=SHOW[show][1], origins=ORIGINS, search=search)
    found = payment_queries.list_wanted(
        actor=desk.actor, wanted=wanted, after=payment_queries.read_cursor(lists.mark(request))
    )
    shares = payment_queries.list_shares(actor=desk.actor, payment_ids=[row.id for row in found.rows])
    total = payment_queries.count_wanted(actor=desk.actor, wanted=wanted, at_most=lists.MOST_COUNTED)
    context = {
        "lines": money_view.payment_lines(
            rows=found.rows,
            shares=shares,
            zone=desk.biller.zone,
            moving=refund_queries.list_moving(actor=desk.actor, payments=found.rows),
        ),
        "show": show,
        "filters": [
            (key, label, lists.address(request, show=key)) for key, (label, _statuses) in SHOW.items()
        ],
        "search_query": search,
        "foot": lists.foot(
            request, shown=len(found.rows), total=total, after=str(found.next) if found.next else ""
        ),
        "total": total,
    }
    return desks.show(request, desk, "undeposited.html", place=PLACE, context=context)
