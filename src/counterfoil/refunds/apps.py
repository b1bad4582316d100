from __future__ import annotations

from django.apps import AppConfig


class RefundsApp(AppConfig):
    name = "counterfoil.refunds"
    verbose_name = "Refunds"
