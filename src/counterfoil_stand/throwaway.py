"""A server for one run of the tests: quick, forgetful, gone afterwards. Never for the demo or the bench."""

from __future__ import annotations

import contextlib
import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from counterfoil_stand import binaries, databases, server_user
from counterfoil_stand.cluster import FAST_AND_FORGETFUL, Cluster


@contextlib.contextmanager
def server(*, environ: Mapping[str, str]) -> Iterator[databases.Addresses]:
    """Start a throw-away server with the roles and databases, stop and delete it at the end."""
    user = server_user.find_or_make()
    found = binaries.reachable(binaries.find(environ=environ), user)
    root = Path(tempfile.mkdtemp(prefix="counterfoil-test-"))
    root.chmod(0o755)  # the server's user must pass; what is secret inside has its own mode
    cluster = Cluster(root=root, binaries=found, user=user, options=FAST_AND_FORGETFUL)
    try:
        cluster.prepare()
        cluster.start()
        yield databases.on_own_server(cluster, credentials=root / "credentials", may_create=True)
    finally:
        cluster.stop(at_once=True)
        shutil.rmtree(root, ignore_errors=True)


def environment(addresses: databases.Addresses) -> dict[str, str]:
    """Return what a test run needs in its environment."""
    return {
        **addresses.environment(),
        "COUNTERFOIL_INSTALLATION": "demo",
        "COUNTERFOIL_SECRET_KEY": secrets.token_urlsafe(48),
        "DJANGO_SETTINGS_MODULE": "counterfoil.config.settings",
    }


def run(command: Sequence[str], *, environ: Mapping[str, str]) -> int:
    """Run `command` beside a throw-away server (or a given one) and return its exit status."""
    told = databases.given(environ)
    if told:
        with tempfile.TemporaryDirectory() as folder:
            addresses = databases.on_given_server(
                app=told[0],
                owner=told[1],
                sandbox=environ.get("SANDBOX_DATABASE_URL"),
                credentials=Path(folder) / "credentials",
            )
        return _run(command, {**environ, **environment(addresses)})
    with server(environ=environ) as addresses:
        return _run(command, {**environ, **environment(addresses)})


def _run(command: Sequence[str], environ: Mapping[str, str]) -> int:
    # Ctrl-C reaches the command by the terminal; it decides when it is done.
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    child = subprocess.Popen(list(command), env=dict(environ), preexec_fn=_listen_again)  # noqa: PLW1509
    forward = signal.signal(signal.SIGTERM, lambda *_: child.terminate())
    try:
        return child.wait()
    finally:
        signal.signal(signal.SIGINT, before)
        signal.signal(signal.SIGTERM, forward)


def _listen_again() -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)
