from __future__ import annotations

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from counterfoil.config import environment

DATABASE = {"DATABASE_URL": "postgresql://app:x@localhost/cf"}
LIVE = {
    **DATABASE,
    "COUNTERFOIL_SECRET_KEY": "k" * 40,
    "COUNTERFOIL_BASE_URL": "https://pay.example.test",
}


def test_what_is_not_given_has_its_preset_and_live_is_the_preset() -> None:
    read = environment.read(LIVE)

    assert read.installation == "live"
    assert read.mfa_required is True
    assert read.port == 8000


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"DATABASE_URL": ""}, "DATABASE_URL is not set"),
        ({"DATABASE_URL": "", "MIGRATE_DATABASE_URL": "postgresql://owner@h/n"}, "needs its own role"),
        ({"COUNTERFOIL_SECRET_KEY": ""}, "COUNTERFOIL_SECRET_KEY"),
        ({"COUNTERFOIL_SECRET_KEY": environment.DEMO_SECRET_KEY}, "not the demo's"),
        ({"COUNTERFOIL_BASE_URL": "http://pay.example.test"}, "https://"),
        ({"COUNTERFOIL_INSTALLATION": "staging"}, "demo or live"),
        ({"COUNTERFOIL_MFA_REQUIRED": "perhaps"}, "on or off"),
        ({"PORT": "80a"}, "whole number"),
        ({"COUNTERFOIL_PROCESS": "cron"}, "web, worker or cli"),
    ],
)
def test_what_cannot_be_is_refused_in_words(changes: dict[str, str], words: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=words):
        environment.read({**LIVE, **changes})


@pytest.mark.parametrize(("text", "is_on"), [("on", True), ("OFF", False), ("0", False), ("true", True)])
def test_switches_are_read_in_the_usual_words(text: str, is_on: bool) -> None:
    assert environment.read({**LIVE, "COUNTERFOIL_MFA_REQUIRED": text}).mfa_required is is_on


def test_a_demo_needs_no_secret_key() -> None:
    read = environment.read({**DATABASE, "COUNTERFOIL_INSTALLATION": "demo"})

    assert read.signing_key.startswith(environment.DEMO_MARK)


def test_the_page_in_the_docs_is_the_table() -> None:
    page = Path(__file__).parents[2] / "docs" / "reference" / "settings.md"

    assert page.read_text() == environment.as_page(), (
        "python -m counterfoil.config.environment > docs/reference/settings.md"
    )
