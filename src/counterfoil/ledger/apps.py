from __future__ import annotations

from django.apps import AppConfig


class LedgerApp(AppConfig):
    name = "counterfoil.ledger"
    verbose_name = "Ledger"
    default_auto_field = "django.db.models.BigAutoField"
