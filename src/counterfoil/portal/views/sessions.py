"""Where one is logged in: every browser, and logging out of one or of all others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from counterfoil.flows.identity import end_sessions
from counterfoil.identity import queries as identity_queries
from counterfoil.portal import devices
from counterfoil.portal.views.base import PortalView


@dataclass(frozen=True, slots=True)
class Place:
    """One browser of the list."""

    ref: str
    device: str
    began_at: datetime
    last_seen_at: datetime
    is_this: bool


class SessionList(PortalView):
    """Where you are logged in."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """List the browsers, this one first."""
        rows = identity_queries.list_sessions(login_id=self.actor.login_id or 0, this_key=self._this_key)
        places = [
            Place(
                ref=row.ref,
                device=devices.words(row.user_agent),
                began_at=row.began_at,
                last_seen_at=row.last_seen_at,
                is_this=row.is_this,
            )
            for row in rows
        ]
        has_others = any(not place.is_this for place in places)
        return self.page("portal/profile/sessions.html", {"places": places, "has_others": has_others})

    def post(self, request: HttpRequest) -> HttpResponse:
        """Log out of one of them, or of every one but this."""
        ref = self.request.POST.get("session", "")
        if ref:
            end_sessions.one(actor=self.actor, now=self.now, this_key=self._this_key, ref=ref)
            messages.success(self.request, _("That device was logged out."))
        else:
            end_sessions.all_others(actor=self.actor, now=self.now, this_key=self._this_key)
            messages.success(self.request, _("You were logged out everywhere else."))
        return HttpResponseRedirect(reverse("portal-sessions"))

    @property
    def _this_key(self) -> str:
        return self.request.session.session_key or ""
