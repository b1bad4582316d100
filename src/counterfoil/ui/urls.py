"""The gallery of components; included by installations that show it (demo)."""

from __future__ import annotations

from django.urls import path

from counterfoil.ui import gallery

urlpatterns = [
    path("", gallery.portal, name="ui-gallery"),
    path("window/", gallery.window, name="ui-gallery-window"),
    path("desk/", gallery.desk, name="ui-gallery-desk"),
    path("sign-in/", gallery.sign_in, name="ui-gallery-sign-in"),
]
