"""Addresses of the look itself: the large-print switch everywhere, the gallery in demo installations."""

from __future__ import annotations

from django.conf import settings
from django.urls import URLPattern, path

from counterfoil.ui import gallery, preferences

GALLERY = [
    path("", gallery.portal, name="ui-gallery"),
    path("window/", gallery.window, name="ui-gallery-window"),
    path("desk/", gallery.desk, name="ui-gallery-desk"),
    path("sign-in/", gallery.sign_in, name="ui-gallery-sign-in"),
]

urlpatterns: list[URLPattern] = [
    path("print-size/", preferences.print_size, name="ui-print-size"),
    *(GALLERY if settings.COUNTERFOIL_INSTALLATION == "demo" else []),
]
