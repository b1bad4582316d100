from __future__ import annotations

from django.apps import AppConfig


class DocumentsApp(AppConfig):
    name = "counterfoil.documents"
    verbose_name = "Documents"
    default_auto_field = "django.db.models.BigAutoField"
