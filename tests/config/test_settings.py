"""The settings module as a live installation reads it."""

from __future__ import annotations

import runpy
from typing import Any

import pytest

from counterfoil.config import settings

LIVE = {
    "COUNTERFOIL_INSTALLATION": "live",
    "COUNTERFOIL_SECRET_KEY": "k" * 40,
    "COUNTERFOIL_BASE_URL": "https://pay.example.test",
    "COUNTERFOIL_PROCESS": "web",
    "COUNTERFOIL_TRUSTED_PROXY_COUNT": "1",
}


@pytest.fixture
def live(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    for name, value in LIVE.items():
        monkeypatch.setenv(name, value)
    return runpy.run_path(str(settings.__file__))


def test_a_live_installation_speaks_tls_alone(live: dict[str, Any]) -> None:
    assert live["SESSION_COOKIE_NAME"] == "__Host-cf_session"
    assert live["CSRF_COOKIE_NAME"] == "__Host-cf_csrf"
    for name in (
        "SESSION_COOKIE_SECURE",
        "CSRF_COOKIE_SECURE",
        "LANGUAGE_COOKIE_SECURE",
        "SECURE_SSL_REDIRECT",
    ):
        assert live[name] is True
    assert live["SECURE_HSTS_SECONDS"] >= 31_536_000
    assert live["ALLOWED_HOSTS"] == ["pay.example.test"]
    assert live["MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN"] is False
    assert live["COUNTERFOIL_MFA_REQUIRED"] is True


def test_web_waits_briefly_and_serves_files_named_by_content(live: dict[str, Any]) -> None:
    assert "-c lock_timeout=3s" in live["DATABASES"]["default"]["OPTIONS"]["options"]
    assert "Manifest" in live["STORAGES"]["staticfiles"]["BACKEND"]


def test_no_policy_of_ours_makes_browsers_hide_the_origin_of_our_own_forms(live: dict[str, Any]) -> None:
    assert live["SECURE_REFERRER_POLICY"] == "same-origin"
    assert live["SESSION_SAVE_EVERY_REQUEST"] is False
    assert live["PASSWORD_HASHERS"] == ["django.contrib.auth.hashers.Argon2PasswordHasher"]
