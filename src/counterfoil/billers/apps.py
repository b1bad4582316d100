from __future__ import annotations

from django.apps import AppConfig


class BillersApp(AppConfig):
    name = "counterfoil.billers"
    verbose_name = "Billers"
    default_auto_field = "django.db.models.BigAutoField"
