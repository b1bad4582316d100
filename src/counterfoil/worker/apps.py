from __future__ import annotations

from django.apps import AppConfig


class WorkerApp(AppConfig):
    name = "counterfoil.worker"
    verbose_name = "Worker"
    default_auto_field = "django.db.models.BigAutoField"
