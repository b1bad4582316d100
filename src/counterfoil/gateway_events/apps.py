from __future__ import annotations

from django.apps import AppConfig


class GatewayEventsApp(AppConfig):
    name = "counterfoil.gateway_events"
    verbose_name = "Gateway events"
    default_auto_field = "django.db.models.BigAutoField"
