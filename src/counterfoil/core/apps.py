from __future__ import annotations

from django.apps import AppConfig


class CoreApp(AppConfig):
    name = "counterfoil.core"
    verbose_name = "Core"
    default_auto_field = "django.db.models.BigAutoField"
