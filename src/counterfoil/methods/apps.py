from __future__ import annotations

from django.apps import AppConfig


class MethodsApp(AppConfig):
    name = "counterfoil.methods"
    verbose_name = "Methods"
    default_auto_field = "django.db.models.BigAutoField"
