"""Sessions of people who signed in a moment ago, so that no password is asked of the load."""

from __future__ import annotations

import importlib

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session

from counterfoil.core import clock
from counterfoil.identity.models import Login
from counterfoil.payers.models import PortalAccess


def run(payer_ids: list[int] | None = None) -> dict[str, str]:
    """Return a session key for each payer with a login, by payer id; earlier runs' sessions are gone."""
    Session.objects.all().delete()
    accesses = PortalAccess.objects.filter(ended_at=None).select_related("login").order_by("payer_id")
    if payer_ids is not None:
        accesses = accesses.filter(payer_id__in=payer_ids)
    return {str(access.payer_id): open_for(access.login) for access in accesses}


def open_for(login: Login) -> str:
    """Open a session for a login; return its key."""
    session = importlib.import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(login.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = login.get_session_auth_hash()
    session["cf_began"] = session["cf_seen"] = clock.real_now().timestamp()
    session.create()
    return str(session.session_key)
