"""The addresses of My Payment Methods."""

from __future__ import annotations

from django.urls import path

from counterfoil.portal.views import method_number, method_options, methods, micro_deposits, use_also, wallet

METHOD = "billing/methods/<slug:ref>/"

urlpatterns = [
    path("billing/methods/", methods.MethodList.as_view(), name="portal-methods"),
    path("billing/methods/add/paypal/", wallet.AddWallet.as_view(), name="portal-wallet-add"),
    path("billing/methods/add/paypal/back/", wallet.WalletBack.as_view(), name="portal-wallet-back"),
    path("billing/methods/add/<slug:kind>/", methods.AddMethod.as_view(), name="portal-method-add"),
    path(
        "billing/methods/also/<slug:payer_ref>/<slug:ref>/",
        use_also.UseAlso.as_view(),
        name="portal-method-also",
    ),
    path(f"{METHOD}amounts/", micro_deposits.ConfirmAmounts.as_view(), name="portal-method-amounts"),
    path(
        "billing/payments/<slug:ref>/instead/",
        micro_deposits.PayInstead.as_view(),
        name="portal-payment-instead",
    ),
    path(f"{METHOD}edit/", method_options.EditMethod.as_view(), name="portal-method-edit"),
    path(f"{METHOD}replace/", method_number.ReplaceNumber.as_view(), name="portal-method-replace"),
    path(f"{METHOD}permission/", method_options.PermissionPage.as_view(), name="portal-method-permission"),
    *(
        path(f"{METHOD}{move}/", method_options.MoveMethod.as_view(move=move), name=f"portal-method-{move}")
        for move in method_options.MOVES
    ),
]
