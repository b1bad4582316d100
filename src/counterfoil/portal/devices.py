"""A browser in words ("Safari on iPhone"), and whether a login was used in it before."""

from __future__ import annotations

import hashlib
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from counterfoil.core import tokens

COOKIE: Final = "cf_known"
PURPOSE: Final = "known-device"
MOST: Final = 12  # people who share one tablet
YEAR_SECONDS: Final = 365 * 24 * 60 * 60
# The first that is named: most browsers also claim to be some of those below them.
BROWSERS: Final = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS: Final = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "Chromebook"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
)


def words(user_agent: str) -> str:
    """Return what a browser calls itself, in words; never a place: an address on the net tells none for sure."""
    browser = next((name for mark, name in BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in SYSTEMS if mark in user_agent), "")
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("Unknown device")


def is_known(request: HttpRequest, *, login_ref: str) -> bool:
    """Tell whether this login was used in this browser before."""
    return _mark(login_ref) in _marks(request)


def remember(request: HttpRequest, response: HttpResponse, *, login_ref: str) -> None:
    """Let this browser be known for this login from now on, for a year."""
    marks = [_mark(login_ref), *(mark for mark in _marks(request) if mark != _mark(login_ref))]
    response.set_cookie(
        COOKIE,
        tokens.sign(".".join(marks[:MOST]), purpose=PURPOSE),
        max_age=YEAR_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _marks(request: HttpRequest) -> list[str]:
    try:
        return tokens.unsign(request.COOKIES.get(COOKIE, ""), purpose=PURPOSE).split(".")
    except tokens.BadToken:
        return []


def _mark(login_ref: str) -> str:
    return hashlib.sha256(login_ref.encode()).hexdigest()[:12]
