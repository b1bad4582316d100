from __future__ import annotations

from django.apps import AppConfig


class UiApp(AppConfig):
    name = "counterfoil.ui"
    verbose_name = "UI"
    default_auto_field = "django.db.models.BigAutoField"
