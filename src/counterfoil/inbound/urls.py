"""Addresses that gateways post to."""

from __future__ import annotations

from django.urls import path

from counterfoil.inbound import views

urlpatterns = [
    path("<slug:gateway_key>/<slug:connection_ref>/", views.message, name="inbound_message"),
]
