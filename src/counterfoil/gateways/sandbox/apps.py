"""The Django app that brings the template and script of the sandbox's fields."""

from __future__ import annotations

from django.apps import AppConfig


class SandboxGatewayApp(AppConfig):
    """Templates and static files only; no rows."""

    name = "counterfoil.gateways.sandbox"
    label = "sandbox_gateway"
