from __future__ import annotations

from django.apps import AppConfig


class CliApp(AppConfig):
    name = "counterfoil.cli"
    verbose_name = "Command line"
    default_auto_field = "django.db.models.BigAutoField"
