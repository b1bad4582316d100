"""What a request carries beside Django's own: the actor, and the page's content security policy."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from counterfoil.core.actor import Actor
from counterfoil.ui.typed import Typed

# No inline script, style element or style attribute at all, so no nonce is needed (engine.md 6).
POLICY: Final = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
}
WIDENED: Final = {
    "script": "script-src",
    "frame": "frame-src",
    "connect": "connect-src",
    "form_action": "form-action",
}


class Csp:
    """One page's policy. A view widens it for a gateway's origins, for that page only."""

    def __init__(self) -> None:
        self._added: dict[str, list[str]] = {}

    def add(
        self,
        *,
        script: Iterable[str] = (),
        frame: Iterable[str] = (),
        connect: Iterable[str] = (),
        form_action: Iterable[str] = (),
    ) -> None:
        """Allow origins, such as `https://fields.example`, for this page.

        :raises ValueError: something that is no origin, and could loosen the policy.
        """
        given = {"script": script, "frame": frame, "connect": connect, "form_action": form_action}
        for name, origins in given.items():
            for origin in origins:
                if not origin.startswith(("https://", "http://")) or any(c in origin for c in " ;,'\"\r\n*"):
                    raise ValueError(f"{origin!r} is no origin")
                self._added.setdefault(WIDENED[name], []).append(origin)

    def header(self) -> str:
        """Return the header's value."""
        names = [*POLICY, *(name for name in self._added if name not in POLICY)]
        parts = (
            " ".join([name, *filter(None, [POLICY.get(name)]), *self._added.get(name, [])]) for name in names
        )
        return "; ".join(parts)


class Request(HttpRequest):
    """A request as our views see it, after the middleware of `config`."""

    actor: Actor
    csp: Csp
    htmx: HtmxDetails
    request_id: str
    # How many seconds are left of a signed-in session, and what was typed here before it ended or paused.
    session_left: int | None
    typed: Typed | None
