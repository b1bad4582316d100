"""Connect Center, Reminders: on which days and in which hours payers are reminded of what they owe."""

from __future__ import annotations

import dataclasses

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from counterfoil.billers import queries as biller_queries
from counterfoil.core import errors
from counterfoil.desk import desk as desks
from counterfoil.desk.desk import Desk
from counterfoil.desk.forms.reminders import Reminders
from counterfoil.flows.billers import change_settings
from counterfoil.identity import permissions

PLACE = "desk-access"
SECTION = "notices"


@require_http_methods(["GET", "HEAD", "POST"])
@desks.page(permissions.CHANGE_SETTINGS)
def edit(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show what holds, and change it."""
    _version, present = biller_queries.get_settings(biller_id=desk.biller.id, section=SECTION)
    form = Reminders(request.POST or None, initial=dataclasses.asdict(present))
    if request.method == "POST" and form.is_valid() and _saved(desk, form):
        messages.success(request, _("The reminders were changed."))
        return HttpResponseRedirect(desk.path("desk-reminders"))
    return desks.show(request, desk, "reminders.html", place=PLACE, context={"form": form})


def _saved(desk: Desk, form: Reminders) -> bool:
    try:
        change_settings.run(
            actor=desk.actor,
            now=desk.now,
            biller_id=desk.biller.id,
            section=SECTION,
            changes=form.cleaned_data,
        )
    except errors.NotPermitted:
        raise
    except errors.Refused as refused:
        field = getattr(refused, "field", "")
        form.add_error(field if field in form.fields else None, refused.message)
        return False
    return True
