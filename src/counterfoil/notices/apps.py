from __future__ import annotations

from django.apps import AppConfig


class NoticesApp(AppConfig):
    name = "counterfoil.notices"
    verbose_name = "Notices"
    default_auto_field = "django.db.models.BigAutoField"
