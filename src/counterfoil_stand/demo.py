"""The demo: one database, four processes, demo data loaded once; everything ends with Ctrl-C."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import secrets
import shlex
import shutil
import sys
import sysconfig
from collections.abc import Iterator, Mapping
from pathlib import Path

from counterfoil_stand import binaries, databases, places, ports, server_user
from counterfoil_stand.cluster import Cluster
from counterfoil_stand.errors import StandError
from counterfoil_stand.places import Places
from counterfoil_stand.supervisor import Service, Stopped, Supervisor

# What another terminal needs to speak to the running demo.
KEPT_FOR_OTHERS = ("COUNTERFOIL_", "SANDBOX_", "MAILBOX_", "DATABASE_URL", "MIGRATE_DATABASE_URL", "PORT")

# The product serves without the owner's role; the two helpers know nothing of the product.
NOT_FOR_SERVING = frozenset({"MIGRATE_DATABASE_URL", "SANDBOX_DATABASE_URL", "SANDBOX_ADMIN_KEY"})
NOT_FOR_OTHERS = frozenset(
    {"DATABASE_URL", "MIGRATE_DATABASE_URL", "COUNTERFOIL_SECRET_KEY", "COUNTERFOIL_KEYS_FILE"}
)


def run(*, environ: Mapping[str, str]) -> None:
    """Run the demo until Ctrl-C or SIGTERM.

    :raises StandError: something is in the way; the message says what to do.
    """
    where = places.find(environ=environ)
    numbers = ports.chosen(environ)
    with _alone(where):
        ports.demand_free(numbers)
        told = databases.given(environ)
        with contextlib.ExitStack() as stack:
            stack.callback(where.environment.unlink, missing_ok=True)
            cluster = None if told else stack.enter_context(own_server(where, environ=environ))
            addresses = _addresses(cluster, told, environ=environ, where=where)
            settings = environment(where, addresses=addresses, numbers=numbers, environ=environ)
            supervisor = Supervisor(environ={**environ, **settings})
            if cluster:
                supervisor.watch("postgres", cluster.is_running, cluster.start)
            with contextlib.suppress(Stopped), supervisor.listening():
                _run_all(supervisor, where, settings, numbers)


def _run_all(
    supervisor: Supervisor, where: Places, settings: Mapping[str, str], numbers: Mapping[str, int]
) -> None:
    counterfoil = _script()
    note_environment(where.environment, settings)
    sandbox, mailbox = (
        Service(name, [sys.executable, "-m", f"counterfoil_{name}"], numbers[port], NOT_FOR_OTHERS)
        for name, port in (("sandbox", "SANDBOX_PORT"), ("mailbox", "MAILBOX_PORT"))
    )
    supervisor.start(sandbox)
    supervisor.start(mailbox)
    if not Path(settings["COUNTERFOIL_KEYS_FILE"]).exists():
        supervisor.run_once("keys", [counterfoil, "keys", "new"])
    supervisor.say("migrate", "bringing the database up to date")
    supervisor.run_once("migrate", [counterfoil, "migrate", "--verbosity", "0"])
    web = Service("web", [counterfoil, "web"], numbers["PORT"], NOT_FOR_SERVING)
    supervisor.start(web)  # it comes up while the data loads, and hears of what the sandbox does meanwhile
    supervisor.wait_until_ready(sandbox, mailbox)
    supervisor.run_once("demo", [counterfoil, "demo"])
    supervisor.start(Service("worker", [counterfoil, "worker"], without=NOT_FOR_SERVING))
    supervisor.wait_until_ready(web)
    supervisor.run_once("ready", [counterfoil, "demo", "--print"])
    supervisor.say(
        "ready", f"Mailbox (every mail and text message of this demo): {_page(numbers['MAILBOX_PORT'])}"
    )
    supervisor.say("ready", f"Sandbox gateway, its books and its clock: {_page(numbers['SANDBOX_PORT'])}")
    supervisor.say("ready", f"Portal: {_page(numbers['PORT'])}   (Ctrl-C stops everything)")
    supervisor.run()


def reset(*, environ: Mapping[str, str]) -> None:
    """Delete the demo's data and secrets; the next start begins anew.

    :raises StandError: a demo is running, or the database is not ours to delete.
    """
    where = places.find(environ=environ)
    if databases.given(environ):
        raise StandError(
            "DATABASE_URL is set: that database is not the demo's own, so it is not deleted. Drop it yourself, or"
            " unset DATABASE_URL and MIGRATE_DATABASE_URL."
        )
    with _alone(where):
        for folder in (where.cluster, where.mailbox):
            shutil.rmtree(folder, ignore_errors=True)
        for file in (where.credentials, where.secrets, where.keys, where.environment):
            file.unlink(missing_ok=True)
    print("The demo's data is deleted. `make demo` starts over.")


@contextlib.contextmanager
def own_server(where: Places, *, environ: Mapping[str, str]) -> Iterator[Cluster]:
    """Start the checkout's own server, stop it at the end."""
    user = server_user.find_or_make()
    found = binaries.reachable(binaries.find(environ=environ), user)
    where.state.mkdir(parents=True, exist_ok=True)
    if user and not server_user.can_enter(where.state, user):
        raise StandError(
            f"The database's user {user.name} cannot enter {where.state}. Set COUNTERFOIL_STATE_DIR to a folder"
            " that everybody may enter."
        )
    cluster = Cluster(root=where.cluster, binaries=found, user=user)
    cluster.prepare()
    cluster.start()
    try:
        yield cluster
    finally:
        cluster.stop()


def _addresses(
    cluster: Cluster | None, told: tuple[str, str] | None, *, environ: Mapping[str, str], where: Places
) -> databases.Addresses:
    if cluster:
        return databases.on_own_server(cluster, credentials=where.credentials)
    if told is None:
        raise StandError("There is neither a server of our own nor DATABASE_URL.")
    return databases.on_given_server(
        app=told[0],
        owner=told[1],
        sandbox=environ.get("SANDBOX_DATABASE_URL"),
        credentials=where.credentials,
    )


def environment(
    where: Places,
    *,
    addresses: databases.Addresses,
    numbers: Mapping[str, int],
    environ: Mapping[str, str],
) -> dict[str, str]:
    """Return every setting of the demo's processes; what the caller's environment sets stays."""
    kept = _secrets(where.secrets)
    presets = {
        "COUNTERFOIL_INSTALLATION": "demo",
        "COUNTERFOIL_SECRET_KEY": kept["secret_key"],
        "COUNTERFOIL_KEYS_FILE": str(where.keys),
        "COUNTERFOIL_BASE_URL": f"http://localhost:{numbers['PORT']}",
        "COUNTERFOIL_MFA_REQUIRED": "off",
        "COUNTERFOIL_SMTP_URL": f"smtp://localhost:{numbers['MAILBOX_SMTP_PORT']}",
        "COUNTERFOIL_STATIC_DIR": str(where.state / "static"),
        "COUNTERFOIL_SANDBOX_URL": f"http://localhost:{numbers['SANDBOX_PORT']}",
        "SANDBOX_BASE_URL": f"http://localhost:{numbers['SANDBOX_PORT']}",
        "SANDBOX_ADMIN_KEY": kept["sandbox_admin_key"],
        "MAILBOX_DIR": str(where.mailbox),
    }
    chosen = {name: environ.get(name) or preset for name, preset in presets.items()}
    return {**chosen, **{name: str(number) for name, number in numbers.items()}, **addresses.environment()}


def note_environment(file: Path, settings: Mapping[str, str]) -> None:
    """Write the settings where `counterfoil` in another terminal finds them, readable by us alone."""
    lines = [
        f"{name}={shlex.quote(value)}"
        for name, value in sorted(settings.items())
        if name.startswith(KEPT_FOR_OTHERS)
    ]
    places.write_secret(file, "\n".join(lines) + "\n")


def _secrets(file: Path) -> dict[str, str]:
    kept: dict[str, str] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    wanted = {
        name: kept.get(name) or secrets.token_urlsafe(48) for name in ("secret_key", "sandbox_admin_key")
    }
    if wanted != kept:
        places.write_secret(file, json.dumps(wanted, indent=1))
    return wanted


def _script() -> str:
    """Return the `counterfoil` beside this Python."""
    script = Path(sysconfig.get_path("scripts")) / "counterfoil"
    if not script.exists():
        raise StandError("The script `counterfoil` is not installed; run `make setup`.")
    return str(script)


def _page(port: int) -> str:
    return f"http://localhost:{port}/"


@contextlib.contextmanager
def _alone(where: Places) -> Iterator[None]:
    """Hold the state folder; two demos in one would share a data folder.

    :raises StandError: another one holds it.
    """
    where.state.mkdir(parents=True, exist_ok=True)
    with where.lock.open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip() or "unknown"
            raise StandError(
                f"A demo of this checkout is running already (process {holder}). Stop it with Ctrl-C first."
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
