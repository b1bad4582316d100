"""Addresses of servers, as given in the environment, turned into what Django wants."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

# Time limits of a connection by the kind of process (engine.md 1): a person does not wait for long, a job may.
LIMITS: Final = {
    "web": {"lock_timeout": "3s", "statement_timeout": "10s", "idle_in_transaction_session_timeout": "15s"},
    "worker": {
        "lock_timeout": "30s",
        "statement_timeout": "10min",
        "idle_in_transaction_session_timeout": "60s",
    },
    "cli": {
        "lock_timeout": "30s",
        "statement_timeout": "10min",
        "idle_in_transaction_session_timeout": "60s",
    },
}
CONNECTION_SECONDS: Final = 600


def database(url: str, *, process: str, name: str = "DATABASE_URL") -> dict[str, Any]:
    """Return one entry of DATABASES for a PostgreSQL address.

    :raises ImproperlyConfigured: it is none.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql"):
        raise ImproperlyConfigured(f"{name} begins with postgresql://")
    options = dict(parse_qsl(parts.query))
    # libpq also takes a socket's directory as ?host=, which is how an embedded server is reached.
    host = unquote(parts.hostname or "") or options.pop("host", "")
    port = str(parts.port or "") or options.pop("port", "")
    limits = " ".join(f"-c {key}={value}" for key, value in LIMITS[process].items())
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": port,
        # Each thread keeps its connection and asks once a request whether it still lives.
        "CONN_MAX_AGE": CONNECTION_SECONDS,
        "CONN_HEALTH_CHECKS": True,
        # A pooler in transaction mode may stand in front of web processes.
        "DISABLE_SERVER_SIDE_CURSORS": True,
        "OPTIONS": {"application_name": f"counterfoil-{process}", "options": limits, **options},
    }


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed over, and how."""

    host: str
    port: int
    user: str
    password: str
    starttls: bool
    tls: bool


def mail(url: str) -> MailServer:
    """Return what an SMTP address says.

    :raises ImproperlyConfigured: it is none.
    """
    parts = urlsplit(url)
    ports = {"smtp": 25, "smtp+tls": 587, "smtps": 465}
    if parts.scheme not in ports:
        raise ImproperlyConfigured("COUNTERFOIL_SMTP_URL begins with smtp://, smtp+tls:// or smtps://")
    return MailServer(
        host=parts.hostname or "localhost",
        port=parts.port or ports[parts.scheme],
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        starttls=parts.scheme == "smtp+tls",
        tls=parts.scheme == "smtps",
    )
