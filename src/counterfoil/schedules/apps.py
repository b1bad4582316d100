from __future__ import annotations

from django.apps import AppConfig


class SchedulesApp(AppConfig):
    name = "counterfoil.schedules"
    verbose_name = "Schedules"
    default_auto_field = "django.db.models.BigAutoField"
