from __future__ import annotations

from django.apps import AppConfig


class InboundApp(AppConfig):
    name = "counterfoil.inbound"
    verbose_name = "Inbound"
    default_auto_field = "django.db.models.BigAutoField"
