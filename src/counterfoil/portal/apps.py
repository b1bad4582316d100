from __future__ import annotations

from django.apps import AppConfig


class PortalApp(AppConfig):
    name = "counterfoil.portal"
    verbose_name = "Portal"
    default_auto_field = "django.db.models.BigAutoField"
