"""Addresses of the tab Documents."""

from __future__ import annotations

from django.urls import path

from counterfoil.portal.views import documents

DOCUMENTS = "billing/documents/"

urlpatterns = [
    path(DOCUMENTS, documents.DocumentList.as_view(), name="portal-documents"),
    path(f"{DOCUMENTS}statements/", documents.OtherPeriod.as_view(), name="portal-statement-other"),
    path(
        f"{DOCUMENTS}statements/<slug:payer_ref>/<slug:account_ref>/statement.pdf",
        documents.StatementSheet.as_view(),
        name="portal-statement",
    ),
    path(
        f"{DOCUMENTS}years/<slug:payer_ref>/<int:year>/summary.pdf",
        documents.SummarySheet.as_view(),
        name="portal-summary",
    ),
    path(f"{DOCUMENTS}transactions.csv", documents.Transactions.as_view(), name="portal-transactions"),
    path(
        f"{DOCUMENTS}authorizations/<slug:ref>/authorization.pdf",
        documents.AuthorizationSheet.as_view(),
        name="portal-authorization",
    ),
]
