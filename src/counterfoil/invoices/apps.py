from __future__ import annotations

from django.apps import AppConfig


class InvoicesApp(AppConfig):
    name = "counterfoil.invoices"
    verbose_name = "Invoices"
    default_auto_field = "django.db.models.BigAutoField"
