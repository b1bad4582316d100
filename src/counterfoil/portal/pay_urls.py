"""The addresses of Make a Payment: one account, several in one sitting, and leaving the window."""

from __future__ import annotations

from django.urls import path

from counterfoil.portal.views import pay, pay_several, paying

PAY = "billing/pay/<slug:payer_ref>/<slug:account_ref>/"

urlpatterns = [
    path("billing/pay/", pay_several.SelectSeveralStep.as_view(), name="portal-pay-choose"),
    path("billing/pay/verify/", pay_several.VerifySeveralStep.as_view(), name="portal-pay-several"),
    path("billing/pay/done/", pay_several.SeveralDone.as_view(), name="portal-pay-several-done"),
    path("billing/pay/leave/", paying.LeavePay.as_view(), name="portal-pay-leave"),
    path(PAY, pay.SelectMethodStep.as_view(), name="portal-pay"),
    path(f"{PAY}verify/", pay.VerifyStep.as_view(), name="portal-pay-verify"),
]
