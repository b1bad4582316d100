from __future__ import annotations

from django.apps import AppConfig


class IdentityApp(AppConfig):
    name = "counterfoil.identity"
    verbose_name = "Identity"
    default_auto_field = "django.db.models.BigAutoField"
