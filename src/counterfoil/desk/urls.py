"""Addresses of the desk. Every page is one biller's; what it shows can be linked to."""

from __future__ import annotations

from django.urls import URLPattern, path

from counterfoil.desk.views import (
    accounts,
    billers,
    connect,
    corrections,
    invoices,
    payers,
    payment_center,
    payments,
    refunds,
    reminders,
    requests,
    search,
)

urlpatterns: list[URLPattern] = [
    path("", billers.choose, name="desk-home"),
    path("<slug:biller>/", billers.enter, name="desk-biller"),
    path("<slug:biller>/search/", search.everything, name="desk-search"),
    path("<slug:biller>/accounts/", accounts.listing, name="desk-accounts"),
    path("<slug:biller>/accounts/<slug:ref>/", accounts.one, name="desk-account"),
    path("<slug:biller>/payers/", payers.listing, name="desk-payers"),
    path("<slug:biller>/payers/<slug:ref>/", payers.one, name="desk-payer"),
    path("<slug:biller>/payers/<slug:ref>/edit/", payers.edit, name="desk-payer-edit"),
    path("<slug:biller>/payers/<slug:ref>/who-pays/", payers.who_pays, name="desk-payer-who-pays"),
    path("<slug:biller>/invoices/", invoices.listing, name="desk-invoices"),
    path("<slug:biller>/invoices/<slug:ref>/", invoices.one, name="desk-invoice"),
    path("<slug:biller>/invoices/<slug:ref>/edit/", corrections.edit, name="desk-invoice-edit"),
    path("<slug:biller>/invoices/<slug:ref>/addressee/", corrections.address, name="desk-invoice-addressee"),
    path("<slug:biller>/invoices/<slug:ref>/credit/", corrections.take_off, name="desk-invoice-credit"),
    path("<slug:biller>/invoices/<slug:ref>/void/", corrections.void, name="desk-invoice-void"),
    path("<slug:biller>/accounts/<slug:ref>/record/", corrections.record, name="desk-record-payment"),
    path("<slug:biller>/invoices/<slug:ref>/invoice.pdf", invoices.sheet, name="desk-invoice-pdf"),
    path("<slug:biller>/payments/", payments.listing, name="desk-payments"),
    path("<slug:biller>/payments/<slug:ref>/", payments.one, name="desk-payment"),
    path("<slug:biller>/payments/<slug:ref>/receipt.pdf", payments.receipt, name="desk-receipt"),
    path("<slug:biller>/payments/<slug:ref>/refund/", refunds.give, name="desk-refund"),
    path("<slug:biller>/requests/", requests.listing, name="desk-requests"),
    path("<slug:biller>/requests/<slug:ref>/", requests.one, name="desk-request"),
    path("<slug:biller>/requests/<slug:ref>/close/", requests.close, name="desk-request-close"),
    path("<slug:biller>/payment-center/", payment_center.enter, name="desk-payment-center"),
    path("<slug:biller>/payment-center/undeposited/", payment_center.undeposited, name="desk-undeposited"),
    path("<slug:biller>/connect-center/", connect.enter, name="desk-connect-center"),
    path("<slug:biller>/connect-center/access/", connect.access, name="desk-access"),
    path("<slug:biller>/connect-center/access/<slug:ref>/invite/", connect.invite, name="desk-invite"),
    path(
        "<slug:biller>/connect-center/access/<slug:ref>/<slug:login_ref>/end/",
        connect.withdraw,
        name="desk-access-end",
    ),
    path(
        "<slug:biller>/connect-center/invitations/<slug:ref>/resend/",
        connect.resend,
        name="desk-invitation-resend",
    ),
    path(
        "<slug:biller>/connect-center/invitations/<slug:ref>/revoke/",
        connect.revoke,
        name="desk-invitation-revoke",
    ),
    path("<slug:biller>/connect-center/reminders/", reminders.edit, name="desk-reminders"),
    path("<slug:biller>/connect-center/user-profiles/", connect.profiles, name="desk-profiles"),
]
