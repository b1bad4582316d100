"""Logs as one JSON object a line. Secrets and people's data are taken out before a line is written.

Request bodies and query strings are never logged, and a request is named by its route, not by its path, so that
the secret in an invitation's address stays out. What is left is cleaned here, as the second wall.
"""

from __future__ import annotations

import json
import logging
import re
from datetime import UTC, datetime
from typing import Final

TAKEN_OUT: Final = "[removed]"
# Names whose value is never written, in whatever notation they stand before it.
_NAMED: Final = re.compile(
    r"(?i)((?:password|passwd|secret|token|authorization|cookie|api[_-]?key|signature|csrf\w*|otp)"
    r"['\"]?\s*[:=]\s*(?:bearer\s+)?)(['\"]?)[^\s'\",;&}]+"
)
_URL_PASSWORD: Final = re.compile(r"(\w+://[^\s:/@]*):[^\s/@]+@")
_EMAIL: Final = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_CARD: Final = re.compile(r"(?<![\w.])\d(?:[ -]?\d){12,18}(?![\w.])")
_SSN: Final = re.compile(r"(?<!\d)\d{3}[ -]\d{2}[ -]\d{4}(?!\d)")
_PREFIXED: Final = re.compile(r"\b(?:sk|pk|tok|whsec)_\w+")
# What follows these in a path is the secret of a link.
_LINK: Final = re.compile(r"(/(?:invitations|links|reset/key)/)[^/\s\"']+")
# Secrets are 27 characters of base64url; a public id, shorter behind its prefix, stays readable.
_LONG: Final = re.compile(r"(?<![A-Za-z0-9_-])[A-Za-z0-9_-]{24,}(?![A-Za-z0-9_-])")
_PUBLIC_ID: Final = re.compile(r"[a-z]{3}_[1-9A-HJ-NP-Za-km-z]{20}")
_CASES: Final = re.compile(r"[A-Z]+|[a-z]+|[0-9]+|[_-]+")
# Words run together change between capitals and small letters seldom, random letters at every second step.
RANDOM_CHANGES: Final = 0.3
_HEX: Final = re.compile(r"(?<![0-9a-fA-F])[0-9a-f]{32,}(?![0-9a-fA-F])")
_EXTRA: Final = ("event", "method", "route", "status", "ms", "login", "request_id", "ref", "job")


def clean(text: str) -> str:
    """Return `text` without passwords, tokens, keys, card and Social Security numbers, and e-mail addresses."""
    text = _URL_PASSWORD.sub(rf"\1:{TAKEN_OUT}@", text)
    text = _NAMED.sub(rf"\1\2{TAKEN_OUT}", text)
    text = _LINK.sub(rf"\1{TAKEN_OUT}", text)
    for pattern in (_EMAIL, _PREFIXED, _CARD, _SSN, _HEX):
        text = pattern.sub(TAKEN_OUT, text)
    return _LONG.sub(_without_random, text)


def _without_random(match: re.Match[str]) -> str:
    word = match.group()
    if _PUBLIC_ID.fullmatch(word) or word.lower() == word:
        return word
    has_all = any(c.isdigit() for c in word) and any(c.islower() for c in word)
    changes = (len(_CASES.findall(word)) - 1) / len(word)
    return TAKEN_OUT if has_all or changes >= RANDOM_CHANGES else word


class JsonFormatter(logging.Formatter):
    """One record as one line of JSON, cleaned."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, tz=UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": clean(record.getMessage()),
        }
        for name in _EXTRA:
            value = getattr(record, name, None)
            if value is not None:
                line[name] = clean(value) if isinstance(value, str) else value
        if record.exc_info:
            line["trace"] = clean(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False, default=str)


def configuration(level: str) -> dict[str, object]:
    """Return Django's LOGGING: everything to standard error, one JSON object a line."""
    quiet = {"handlers": ["stderr"], "level": "WARNING", "propagate": False}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": "counterfoil.config.logs.JsonFormatter"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            # Django would add handlers of its own that write paths, and mail stack traces.
            "django": {"handlers": ["stderr"], "level": level, "propagate": False},
            # The path of a request that was not found may hold a secret from a link; our own line says enough.
            "django.request": {"handlers": ["stderr"], "level": "ERROR", "propagate": False},
            "django.db.backends": quiet,
            "httpx": quiet,
            "httpcore": quiet,
            "procrastinate": quiet,
        },
    }
