from __future__ import annotations

from django.apps import AppConfig


class SharingApp(AppConfig):
    name = "counterfoil.sharing"
    verbose_name = "Sharing"
    default_auto_field = "django.db.models.BigAutoField"
