"""Every address of an installation; each interface lists its own."""

from __future__ import annotations

from django.urls import include, path

from counterfoil.config import health

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("accounts/", include("allauth.urls")),
    path("desk/", include("counterfoil.desk.urls")),
    path("inbound/", include("counterfoil.inbound.urls")),
    path("ui/", include("counterfoil.ui.urls")),
    path("", include("counterfoil.portal.urls")),
]
