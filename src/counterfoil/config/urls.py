"""Every address of an installation; each interface lists its own."""

from __future__ import annotations

from importlib.util import find_spec

from django.conf import settings
from django.urls import include, path

from counterfoil.config import health

INTERFACES = [
    ("", "counterfoil.ui.display_urls"),
    ("", "counterfoil.portal.urls"),
    ("desk/", "counterfoil.desk.urls"),
    ("inbound/", "counterfoil.inbound.urls"),
]
if settings.COUNTERFOIL_INSTALLATION == "demo":
    INTERFACES.append(("ui/", "counterfoil.ui.urls"))

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("accounts/", include("allauth.urls")),
    *(path(prefix, include(module)) for prefix, module in INTERFACES if find_spec(module)),
]
