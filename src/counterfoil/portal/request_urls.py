"""Addresses of My Requests."""

from __future__ import annotations

from django.urls import path

from counterfoil.portal.views import requests

urlpatterns = [
    path("requests/", requests.RequestList.as_view(), name="portal-requests"),
    path("requests/<slug:ref>/", requests.RequestPage.as_view(), name="portal-request"),
    path("requests/<slug:ref>/close/", requests.CloseRequest.as_view(), name="portal-request-close"),
    path("billing/invoices/<slug:ref>/ask/", requests.AskQuestion.as_view(), name="portal-invoice-ask"),
    path(
        "billing/payments/<slug:ref>/problem/",
        requests.ReportProblem.as_view(),
        name="portal-payment-problem",
    ),
]
