"""Canaries: things that must never stand in a log, put into every place a line is made of."""

from __future__ import annotations

import json
import logging
import sys

import pytest

from counterfoil.config import logs
from counterfoil.core import ids, tokens

CANARIES = [
    ("password=hunter2hunter2", "hunter2hunter2"),
    ('{"password": "hunter2hunter2"}', "hunter2hunter2"),
    ("Authorization: Bearer sk_demo_abc", "sk_demo_abc"),
    ("csrfmiddlewaretoken=abcDEF123", "abcDEF123"),
    ("postgresql://app:s3cret@db/cf", "s3cret"),
    ("mail to ruth.miller@example.test failed", "ruth.miller"),
    ("paid with 4242 4242 4242 4242 today", "4242 4242"),
    ("paid with 4242424242424242", "4242424242"),
    ("her number is 078-05-1120", "078-05-1120"),
    ("token tok_9f8e7d6c5b4a given", "tok_9f8e7d6c5b4a"),
    ("key whsec_abcdef", "whsec_abcdef"),
    ("digest " + "0123456789abcdef" * 4, "0123456789abcdef"),
]


@pytest.mark.parametrize(("text", "secret"), CANARIES)
def test_no_secret_stands_in_a_line(text: str, secret: str) -> None:
    line = _line("said: %s", text)

    assert secret not in line
    assert logs.TAKEN_OUT in line


def test_the_secret_of_a_link_never_stands_in_a_line() -> None:
    for _ in range(200):
        secret = tokens.new_secret()
        assert secret not in _line("Not Found: /invitations/%s/", secret)
    assert "kVbGrTqYwZpLmNxCdFhJsAQeUoI" not in _line("said %s", "kVbGrTqYwZpLmNxCdFhJsAQeUoI")
    assert "rEItHONrOoyhPhE7CvIbwLOuckI" not in _line("said %s", "rEItHONrOoyhPhE7CvIbwLOuckI")


def test_the_trace_of_an_error_is_cleaned_too() -> None:
    try:
        raise ValueError("password=hunter2hunter2 for ruth@example.test")
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, __file__, 1, "failed", (), sys.exc_info())
    line = json.loads(logs.JsonFormatter().format(record))

    assert "ValueError" in line["trace"]
    assert "hunter2" not in line["trace"]
    assert "ruth" not in line["trace"]


def test_what_helps_to_find_a_fault_stays() -> None:
    for kind in ("payment", "invoice", "biller"):
        ref = ids.new(kind)
        assert ref in _line("payment %s settled", ref)
    assert "test_what_helps_to_find_a_fault_stays" in _line("test_what_helps_to_find_a_fault_stays")
    assert "CompressedManifestStaticFilesStorage" in _line("CompressedManifestStaticFilesStorage")
    assert "2026-11-20T16:00:00" in _line("at 2026-11-20T16:00:00")


def _line(message: str, *args: object) -> str:
    record = logging.LogRecord("x", logging.INFO, __file__, 1, message, args, None)
    return logs.JsonFormatter().format(record)
