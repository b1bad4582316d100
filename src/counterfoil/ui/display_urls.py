"""Addresses every installation needs for the look: the large-print switch of the footer."""

from __future__ import annotations

from django.urls import path

from counterfoil.ui import preferences

urlpatterns = [
    path("display/print-size/", preferences.print_size, name="ui-print-size"),
]
