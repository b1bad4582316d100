from __future__ import annotations

from django.apps import AppConfig


class PaymentsApp(AppConfig):
    name = "counterfoil.payments"
    verbose_name = "Payments"
    default_auto_field = "django.db.models.BigAutoField"
