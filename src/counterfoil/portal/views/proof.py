"""Pages that ask for a new proof of identity before they change what matters (product.md 2.2, AS-18)."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from counterfoil.portal.views.base import PortalView
from counterfoil.ui import proof


class WithProof(PortalView):
    """A page that opens to who proved lately who they are; put it before the other bases of a view.

    Asked when the page is opened, so that nobody types first and is asked then; asked again when it was open too
    long, with what was typed kept. Who is not signed in is asked to log in, as everywhere.
    """

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer, or ask first."""
        if request.user.is_authenticated and self.needs_proof() and not proof.is_fresh(request):
            return proof.ask(request)
        return super().dispatch(request, *args, **kwargs)

    def needs_proof(self) -> bool:
        """Tell whether this request does; a page that only shows may say no."""
        return True
