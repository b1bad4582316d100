from __future__ import annotations

from django.apps import AppConfig


class AgreementsApp(AppConfig):
    name = "counterfoil.agreements"
    verbose_name = "Agreements"
    default_auto_field = "django.db.models.BigAutoField"
