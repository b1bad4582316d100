"""Addresses of Sharing: shared bills, and helpers."""

from __future__ import annotations

from django.urls import path

from counterfoil.portal.views import access, helping, sharing

ACCOUNT = "<slug:payer_ref>/<slug:account_ref>/"
HELPING = "sharing/helping/<slug:ref>/"

urlpatterns = [
    path("sharing/", sharing.SharingPage.as_view(), name="portal-sharing"),
    path(f"sharing/ask/{ACCOUNT}", sharing.Ask.as_view(), name="portal-share-ask"),
    path("sharing/shares/<slug:ref>/", sharing.SharePage.as_view(), name="portal-share"),
    path("sharing/shares/<slug:ref>/accept/", sharing.Accept.as_view(), name="portal-share-accept"),
    path("sharing/shares/<slug:ref>/decline/", sharing.Decline.as_view(), name="portal-share-decline"),
    path("sharing/shares/<slug:ref>/end/", sharing.End.as_view(), name="portal-share-end"),
    path(f"sharing/access/{ACCOUNT}", access.Give.as_view(), name="portal-helper-give"),
    path("sharing/helpers/<slug:ref>/end/", access.End.as_view(), name="portal-helper-end"),
    path(HELPING, helping.HelpingPage.as_view(), name="portal-helping"),
    path(f"{HELPING}pay/", helping.SelectStep.as_view(), name="portal-helping-pay"),
    path(f"{HELPING}pay/verify/", helping.VerifyStep.as_view(), name="portal-helping-verify"),
    path(
        f"{HELPING}payments/<slug:payment_ref>/", helping.PaymentDone.as_view(), name="portal-helping-payment"
    ),
]
