from __future__ import annotations

from django.apps import AppConfig


class FilesApp(AppConfig):
    name = "counterfoil.files"
    verbose_name = "Files"
    default_auto_field = "django.db.models.BigAutoField"
