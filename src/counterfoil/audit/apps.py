from __future__ import annotations

from django.apps import AppConfig


class AuditApp(AppConfig):
    name = "counterfoil.audit"
    verbose_name = "Audit"
    default_auto_field = "django.db.models.BigAutoField"
