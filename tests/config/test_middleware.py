from __future__ import annotations

import logging

import pytest
from django.test import Client

from counterfoil.ui.requests import Csp

pytestmark = pytest.mark.django_db


def test_every_answer_carries_the_policy_and_may_not_be_kept(client: Client) -> None:
    for path in ("/accounts/login/", "/invitations/again/", "/no-such-page/"):
        headers = client.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert headers["Referrer-Policy"] == "same-origin"
        assert "no-store" in headers["Cache-Control"]
        assert headers["X-Robots-Tag"] == "noindex, nofollow"
        assert headers["X-Content-Type-Options"] == "nosniff"


def test_cookies_have_names_of_their_own_and_are_not_for_scripts(client: Client) -> None:
    client.get("/accounts/login/")

    assert set(client.cookies) <= {"cf_session", "cf_csrf", "cf_language"}
    assert client.cookies["cf_csrf"]["httponly"]
    assert client.cookies["cf_csrf"]["samesite"] == "Lax"


def test_a_page_can_allow_a_gateways_origins_and_nothing_else() -> None:
    csp = Csp()
    csp.add(frame=["http://localhost:8001"], form_action=["http://localhost:8001"])

    assert "frame-src http://localhost:8001" in csp.header()
    assert "form-action 'self' http://localhost:8001" in csp.header()
    for bad in ("*", "https://*", "https://a b", "https://a;script-src", "'unsafe-inline'", "data:"):
        with pytest.raises(ValueError, match="no origin"):
            csp.add(script=[bad])


def test_the_log_names_the_route_and_never_the_path_or_what_was_sent(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="counterfoil.web"):
        client.get("/invitations/canary-in-a-link/?q=canary")
        client.post("/accounts/login/", {"login": "canary@example.test", "password": "canary"})

    lines = [record for record in caplog.records if record.name == "counterfoil.web"]
    assert [line.__dict__["route"] for line in lines] == ["invitations/<str:secret>/", "accounts/login/"]
    assert "canary" not in str([line.__dict__ for line in lines])


def test_health_is_answered(client: Client) -> None:
    assert client.get("/healthz").content == b"ok"


def test_pages_travel_compressed_to_who_can_read_that(client: Client) -> None:
    page = client.get("/accounts/login/")
    small = client.get("/accounts/login/", headers={"accept-encoding": "gzip"})
    assert small.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in small.headers["Vary"]
    assert len(small.content) < len(page.content) / 2
