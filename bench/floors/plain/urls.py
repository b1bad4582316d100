"""Addresses of the floors."""

from __future__ import annotations

from django.urls import path

from bench.floors.plain import pay, views

urlpatterns = [
    path("healthz", views.healthz),
    path("invoices/", views.invoices),
    path("pay/<slug:ref>/", pay.choose),
    path("pay/<slug:ref>/verify/", pay.verify),
    path("pay/<slug:ref>/submit/", pay.submit),
    path("paid/<int:payment_id>/", pay.paid),
]
