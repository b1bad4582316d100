"""Every address of an installation; each interface lists its own."""

from __future__ import annotations

from importlib.util import find_spec

from django.urls import include, path

from counterfoil.config import health

INTERFACES = (
    ("", "counterfoil.portal.urls"),
    ("desk/", "counterfoil.desk.urls"),
    ("inbound/", "counterfoil.inbound.urls"),
    ("ui/", "counterfoil.ui.urls"),
)

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("accounts/", include("allauth.urls")),
    path("language/", include("django.conf.urls.i18n")),
    *(path(prefix, include(module)) for prefix, module in INTERFACES if find_spec(module)),
]
