from __future__ import annotations

from django.apps import AppConfig


class RulesApp(AppConfig):
    name = "counterfoil.rules"
    verbose_name = "Rules"
    default_auto_field = "django.db.models.BigAutoField"
