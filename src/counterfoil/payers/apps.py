from __future__ import annotations

from django.apps import AppConfig


class PayersApp(AppConfig):
    name = "counterfoil.payers"
    verbose_name = "Payers"
    default_auto_field = "django.db.models.BigAutoField"
