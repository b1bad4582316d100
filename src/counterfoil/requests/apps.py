from __future__ import annotations

from django.apps import AppConfig


class RequestsApp(AppConfig):
    name = "counterfoil.requests"
    verbose_name = "Requests"
    default_auto_field = "django.db.models.BigAutoField"
