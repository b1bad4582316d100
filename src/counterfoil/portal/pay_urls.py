"""The addresses of Make a Payment (one account, several in one sitting, later) and of what is set for later."""

from __future__ import annotations

from django.urls import path

from counterfoil.portal.views import autopay, pay, pay_later, pay_several, paying, schedules

PAY = "billing/pay/<slug:payer_ref>/<slug:account_ref>/"
AUTOPAY = "billing/schedules/autopay/"

urlpatterns = [
    path("billing/pay/", pay_several.SelectSeveralStep.as_view(), name="portal-pay-choose"),
    path("billing/pay/verify/", pay_several.VerifySeveralStep.as_view(), name="portal-pay-several"),
    path("billing/pay/done/", pay_several.SeveralDone.as_view(), name="portal-pay-several-done"),
    path("billing/pay/leave/", paying.LeavePay.as_view(), name="portal-pay-leave"),
    path(PAY, pay.SelectMethodStep.as_view(), name="portal-pay"),
    path(f"{PAY}verify/", pay.VerifyStep.as_view(), name="portal-pay-verify"),
    path(f"{PAY}later/", pay_later.VerifyLaterStep.as_view(), name="portal-pay-later"),
    path("billing/schedules/", schedules.Schedules.as_view(), name="portal-schedules"),
    path("billing/schedules/autopay/", autopay.StartAutopay.as_view(), name="portal-autopay-start"),
    path(f"{AUTOPAY}<slug:payer_ref>/terms/", autopay.TermsStep.as_view(), name="portal-autopay-terms"),
    path(f"{AUTOPAY}<slug:payer_ref>/review/", autopay.ReviewStep.as_view(), name="portal-autopay-review"),
    path(f"{AUTOPAY}<slug:ref>/", autopay.AutopayPage.as_view(), name="portal-autopay"),
    *(
        path(
            f"{AUTOPAY}<slug:ref>/{move}/",
            autopay.MoveAutopay.as_view(move=move),
            name=f"portal-autopay-{move}",
        )
        for move in autopay.MOVES
    ),
    path("billing/schedules/<slug:ref>/", schedules.ScheduledPage.as_view(), name="portal-scheduled"),
    path(
        "billing/schedules/<slug:ref>/cancel/",
        schedules.CancelScheduled.as_view(),
        name="portal-scheduled-cancel",
    ),
]
