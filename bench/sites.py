"""The servers that are measured, each a process tree of its own, with the product's own gunicorn settings."""

from __future__ import annotations

import contextlib
import http.client
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

from bench.ground import CHECKOUT, SCRIPTS, Ground
from counterfoil_stand import cluster, processes

WORKERS, THREADS = 2, 4
READY_SECONDS = 60.0
MERCHANT = {
    "id": "mer_bench",
    "name": "Bench Court",
    "secret_key": "sk_bench",
    "public_key": "pk_bench",
    # No events are sent: the answer to the call says what became of it, in the product and in the floor.
    "webhook_url": "",
    "webhook_secret": "whsec_bench",
    "origins": ["http://localhost"],
}


@dataclass(frozen=True, slots=True)
class Site:
    """A server that answers."""

    port: int
    pid: int


@contextlib.contextmanager
def product(ground: Ground, database: str) -> Iterator[Site]:
    """Serve the product on a database, as `counterfoil web` does."""
    port = cluster.free_port()
    env = ground.environment(
        database,
        PORT=str(port),
        WEB_WORKERS=str(WORKERS),
        WEB_THREADS=str(THREADS),
        COUNTERFOIL_BASE_URL=f"http://localhost:{port}",
    )
    with _serve(ground, "product", [str(SCRIPTS / "counterfoil"), "web"], env, port) as site:
        yield site


@contextlib.contextmanager
def plain(ground: Ground, database: str, *, gateway: Site | None = None) -> Iterator[Site]:
    """Serve the floors: plain Django on the same tables."""
    port = cluster.free_port()
    env = ground.environment(
        database,
        DJANGO_SETTINGS_MODULE="bench.floors.plain.settings",
        COUNTERFOIL_PROCESS="web",
        COUNTERFOIL_SANDBOX_URL=f"http://localhost:{gateway.port if gateway else 1}",
    )
    command = [
        *(sys.executable, "-m", "gunicorn", "bench.floors.plain.wsgi:application"),
        *("--worker-class=gthread", f"--workers={WORKERS}", f"--threads={THREADS}"),
        *(f"--bind=127.0.0.1:{port}", "--log-level=warning"),
    ]
    with _serve(ground, "plain", command, env, port) as site:
        yield site


@contextlib.contextmanager
def sandbox(ground: Ground) -> Iterator[Site]:
    """Run the sandbox gateway with empty books."""
    ground.create("bench_gateway")
    port = cluster.free_port()
    env = {
        **ground.environment("bench_gateway"),
        "SANDBOX_DATABASE_URL": ground.url("owner", "bench_gateway"),
        "SANDBOX_PORT": str(port),
        "SANDBOX_BASE_URL": f"http://localhost:{port}",
        "SANDBOX_ADMIN_KEY": "admin_bench",
        "SANDBOX_MERCHANTS": json.dumps([MERCHANT]),
    }
    with _serve(ground, "sandbox", [sys.executable, "-m", "counterfoil_sandbox"], env, port) as site:
        yield site


@contextlib.contextmanager
def worker(ground: Ground, database: str, gateway: Site) -> Iterator[Site]:
    """Run a worker that makes the calls which pages put off; mails wait, as the figures leave them out."""
    env = ground.environment(
        database, COUNTERFOIL_PROCESS="worker", COUNTERFOIL_SANDBOX_URL=f"http://localhost:{gateway.port}"
    )
    command = [str(SCRIPTS / "counterfoil"), "procrastinate", "worker", "--queues=pay"]
    with _start(ground, "worker", command, env) as process:
        yield Site(0, process.pid)


@contextlib.contextmanager
def _serve(ground: Ground, name: str, command: list[str], env: dict[str, str], port: int) -> Iterator[Site]:
    with _start(ground, name, command, env) as process:
        deadline = time.monotonic() + READY_SECONDS
        while not _answers(port):
            if process.poll() is not None or time.monotonic() > deadline:
                tail = (ground.state / f"{name}.log").read_text(errors="replace").splitlines()[-20:]
                raise RuntimeError(f"{name} does not answer:\n" + "\n".join(tail))
            time.sleep(0.1)
        yield Site(port, process.pid)


@contextlib.contextmanager
def _start(
    ground: Ground, name: str, command: list[str], env: dict[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    with (ground.state / f"{name}.log").open("wb") as out:
        process = subprocess.Popen(
            command,
            env=env,
            cwd=CHECKOUT,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
            preexec_fn=processes.end_with_parent(signal.SIGTERM),  # noqa: PLW1509 - no threads run here
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("localhost", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
