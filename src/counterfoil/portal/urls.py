"""The payer's addresses."""

from __future__ import annotations

from django.urls import path
from django.views.generic import RedirectView

from counterfoil.portal import (
    document_urls,
    message_urls,
    method_urls,
    pay_urls,
    profile_urls,
    request_urls,
    sharing_urls,
)
from counterfoil.portal.views import brand, dashboard, invitations, invoices, payments

urlpatterns = [
    path("", dashboard.Dashboard.as_view(), name="portal-home"),
    *message_urls.urlpatterns,
    *profile_urls.urlpatterns,
    *request_urls.urlpatterns,
    *sharing_urls.urlpatterns,
    *document_urls.urlpatterns,
    path("brand/<slug:key>-<slug:digest>.css", brand.sheet, name="portal-brand"),
    path("invitations/", invitations.invitation, name="portal-invitation"),
    path("invitations/again/", invitations.again, name="portal-invitation-again"),
    path("invitations/<str:secret>/", invitations.follow, name="portal-invitation-follow"),
    path("billing/", RedirectView.as_view(pattern_name="portal-invoices"), name="portal-billing"),
    path("billing/invoices/", invoices.InvoiceList.as_view(), name="portal-invoices"),
    path("billing/invoices/<slug:ref>/", invoices.InvoicePage.as_view(), name="portal-invoice"),
    path(
        "billing/invoices/<slug:ref>/invoice.pdf", invoices.InvoiceSheet.as_view(), name="portal-invoice-pdf"
    ),
    *method_urls.urlpatterns,
    *pay_urls.urlpatterns,
    path("billing/payments/", payments.PaymentList.as_view(), name="portal-payments"),
    path("billing/payments/<slug:ref>/", payments.PaymentPage.as_view(), name="portal-payment"),
    path("billing/payments/<slug:ref>/state/", payments.PaymentState.as_view(), name="portal-payment-state"),
    path(
        "billing/payments/<slug:ref>/confirm/",
        payments.ConfirmPayment.as_view(),
        name="portal-payment-confirm",
    ),
    path("billing/payments/<slug:ref>/receipt.pdf", payments.Receipt.as_view(), name="portal-receipt"),
]
