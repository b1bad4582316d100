"""The environment of an installation: one typed table, read here alone, that prints itself as documentation."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from django.core.exceptions import ImproperlyConfigured

Installation: TypeAlias = Literal["demo", "live"]
Process: TypeAlias = Literal["web", "worker", "cli"]

# A live installation refuses a secret that begins like this: it is in everybody's copy of the source.
DEMO_MARK: Final = "demo-"
DEMO_SECRET_KEY: Final = DEMO_MARK + "not-secret-and-refused-by-a-live-installation"
SHORTEST_SECRET: Final = 32
WORDS_FOR_ON: Final = {"on", "1", "true", "yes"}
WORDS_FOR_OFF: Final = {"off", "0", "false", "no"}


def _variable(name: str, preset: Any, about: str, *, secret: bool = False) -> Any:
    return dataclasses.field(default=preset, metadata={"name": name, "about": about, "secret": secret})


# What is read elsewhere, by one command or by the demo's other processes alone.
ELSEWHERE: Final = """
## Read by one command

| variable | read by | what it is |
|---|---|---|
| `COUNTERFOIL_SETUP_PASSWORD` | `counterfoil setup` | The administrator's password; asked for when not given (secret) |
| `COUNTERFOIL_CONNECT_SECRET_KEY` ... | `counterfoil connect` | A gateway's secret, by its name; the same (secret) |

## Ports of the demo

`make demo PORT=8100 SANDBOX_PORT=8101` sets them. Each is checked before anything starts.

| variable | preset | what listens there |
|---|---|---|
| `PORT` | `8000` | The portal and the desk |
| `SANDBOX_PORT` | `8001` | The sandbox gateway |
| `MAILBOX_PORT` | `8002` | The mailbox's pages |
| `MAILBOX_SMTP_PORT` | `8025` | The mailbox's SMTP |
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """Every variable, its type, what it is when not given, and what it is for."""

    database_url: str = _variable(
        "DATABASE_URL",
        "",
        "PostgreSQL as the app's role: `postgresql://role:password@host/name`",
        secret=True,
    )
    migrate_database_url: str = _variable(
        "MIGRATE_DATABASE_URL",
        "",
        "The same database as the owner's role; only `counterfoil migrate` needs it",
        secret=True,
    )
    installation: Installation = _variable(  # noqa: RUF009 - makes a field, at class time
        "COUNTERFOIL_INSTALLATION", "live", "`demo` or `live`: the gallery, the clock, cookies without TLS"
    )
    process: Process = _variable(  # noqa: RUF009 - the same
        "COUNTERFOIL_PROCESS",
        "cli",
        "`web`, `worker` or `cli`; set by the command itself: time limits differ",
    )
    secret_key: str = _variable(
        "COUNTERFOIL_SECRET_KEY", "", "Signs sessions and forms: 32 characters or more", secret=True
    )
    secret_key_old: str = _variable(
        "COUNTERFOIL_SECRET_KEY_OLD", "", "The key before, while its sessions still live", secret=True
    )
    keys_file: str = _variable(
        "COUNTERFOIL_KEYS_FILE", ".counterfoil/keys.json", "The key ring, readable by its owner alone"
    )
    base_url: str = _variable("COUNTERFOIL_BASE_URL", "http://localhost:8000", "How people reach this site")
    hosts: str = _variable("COUNTERFOIL_HOSTS", "", "Other host names it answers to, separated by commas")
    mfa_required: bool = _variable(
        "COUNTERFOIL_MFA_REQUIRED", True, "Staff see no page of the desk without a second factor"
    )
    smtp_url: str = _variable(
        "COUNTERFOIL_SMTP_URL",
        "smtp://localhost:8025",
        "Mail server: `smtp://`, `smtp+tls://` (STARTTLS) or `smtps://`, with `user:password@`",
        secret=True,
    )
    mail_from: str = _variable(
        "COUNTERFOIL_MAIL_FROM", "Counterfoil <billing@localhost>", "The sender of every e-mail"
    )
    sandbox_url: str = _variable(
        "COUNTERFOIL_SANDBOX_URL", "http://localhost:8001", "Where the demo's sandbox gateway answers"
    )
    trusted_proxy_count: int = _variable(
        "COUNTERFOIL_TRUSTED_PROXY_COUNT", 0, "Proxies in front that add to X-Forwarded-For; 0: none"
    )
    static_dir: str = _variable(
        "COUNTERFOIL_STATIC_DIR", "staticfiles", "Where `counterfoil web` puts styles and scripts to serve"
    )
    log_level: str = _variable("COUNTERFOIL_LOG_LEVEL", "INFO", "`DEBUG`, `INFO`, `WARNING` or `ERROR`")
    port: int = _variable("PORT", 8000, "The port `counterfoil web` listens on")
    bind: str = _variable("COUNTERFOIL_BIND", "127.0.0.1", "The address `counterfoil web` listens on")
    web_workers: int = _variable("WEB_WORKERS", 2, "Web processes")
    web_threads: int = _variable("WEB_THREADS", 4, "Threads in each web process")
    worker_jobs: int = _variable("COUNTERFOIL_WORKER_JOBS", 4, "Jobs that one worker does at a time")

    @property
    def is_demo(self) -> bool:
        """Tell whether this is a demo."""
        return self.installation == "demo"

    @property
    def signing_key(self) -> str:
        """The secret key; in a demo without one, a known one that a live installation refuses."""
        return self.secret_key or (DEMO_SECRET_KEY if self.is_demo else "")


def read(environ: Mapping[str, str]) -> Environment:
    """Return the environment, checked.

    :raises ImproperlyConfigured: a value is of the wrong kind, or a live installation lacks what it needs.
    """
    given: dict[str, Any] = {}
    for field in dataclasses.fields(Environment):
        text = environ.get(field.metadata["name"], "").strip()
        if text:
            given[field.name] = _parse(field.metadata["name"], text, field.default)
    environment = Environment(**given)
    _check(environment)
    return environment


def as_page() -> str:
    """Return the table as a page of documentation (`python -m counterfoil.config.environment`)."""
    lines = [
        "# Settings",
        "",
        "Read from the environment when a process starts. The demo sets what it needs by itself. What one biller",
        "can set is not here: [biller-settings.md](biller-settings.md).",
        "",
        "| variable | preset | what it is |",
        "|---|---|---|",
    ]
    for field in dataclasses.fields(Environment):
        preset: Any = field.default
        if isinstance(preset, bool):
            preset = "on" if preset else "off"
        shown = f"`{preset}`" if preset != "" else "none"
        secret = " (secret)" if field.metadata["secret"] else ""
        lines.append(f"| `{field.metadata['name']}` | {shown} | {field.metadata['about']}{secret} |")
    return "\n".join(lines) + "\n" + ELSEWHERE


def _parse(name: str, text: str, preset: Any) -> Any:
    if isinstance(preset, bool):
        if text.lower() in WORDS_FOR_ON | WORDS_FOR_OFF:
            return text.lower() in WORDS_FOR_ON
        raise ImproperlyConfigured(f"{name} is on or off, not {text!r}")
    if isinstance(preset, int):
        if text.isascii() and text.isdigit():
            return int(text)
        raise ImproperlyConfigured(f"{name} is a whole number, not {text!r}")
    return text


def _check(environment: Environment) -> None:
    if environment.installation not in ("demo", "live"):
        raise ImproperlyConfigured("COUNTERFOIL_INSTALLATION is demo or live")
    if environment.process not in ("web", "worker", "cli"):
        raise ImproperlyConfigured("COUNTERFOIL_PROCESS is web, worker or cli")
    if not environment.database_url:
        # The owner's address alone must never serve: for that role the database's own walls do not stand.
        beside = (
            " (MIGRATE_DATABASE_URL is; the app needs its own role)"
            if environment.migrate_database_url
            else ""
        )
        raise ImproperlyConfigured(f"DATABASE_URL is not set{beside}")
    if environment.is_demo:
        return
    if len(environment.secret_key) < SHORTEST_SECRET or environment.secret_key.startswith(DEMO_MARK):
        raise ImproperlyConfigured(
            f"COUNTERFOIL_SECRET_KEY must be {SHORTEST_SECRET} characters or more and not the demo's"
        )
    if not environment.base_url.startswith("https://"):
        raise ImproperlyConfigured("COUNTERFOIL_BASE_URL of a live installation begins with https://")


if __name__ == "__main__":
    sys.stdout.write(as_page())
