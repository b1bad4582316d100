"""What a run stands on: a PostgreSQL server of its own that keeps every promise, its data kept between runs."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from counterfoil_stand import binaries, databases, places, server_user
from counterfoil_stand.cluster import Cluster

CHECKOUT = Path(__file__).resolve().parents[1]
SCRIPTS = Path(sys.executable).parent
# More memory and fewer checkpoints than a fresh server has. Nothing here makes a commit less durable.
OPTIONS = {"shared_buffers": "1GB", "max_wal_size": "8GB", "max_connections": "150"}
DURABLE = ("fsync", "synchronous_commit", "full_page_writes")
NOT_OURS = ("DATABASE_URL", "MIGRATE_DATABASE_URL", "SANDBOX_DATABASE_URL", "GUNICORN_CMD_ARGS")


@dataclass(frozen=True)
class Ground:
    """A running server, its addresses, and where things are kept."""

    state: Path
    cluster: Cluster
    addresses: databases.Addresses
    secret_key: str

    @property
    def database_pid(self) -> int:
        """The server's first process."""
        if self.cluster.process is None:
            raise RuntimeError("the server is not running")
        return self.cluster.process.pid

    def superuser(self, database: str = "postgres") -> psycopg.Connection[Any]:
        """Connect as the superuser, in autocommit."""
        return psycopg.connect(self.cluster.conninfo(database), autocommit=True)

    def owner(self, database: str) -> psycopg.Connection[Any]:
        """Connect as the role that owns the tables, in autocommit."""
        return psycopg.connect(self.url("owner", database), autocommit=True)

    def url(self, role: str, database: str) -> str:
        """Return a role's address of a database."""
        address: str = getattr(self.addresses, role)
        return f"{address.rsplit('/', 1)[0]}/{database}"

    def environment(self, database: str, **more: str) -> dict[str, str]:
        """Return the settings of a process of the product on `database`."""
        outside = {name: value for name, value in os.environ.items() if name not in NOT_OURS}
        return {
            **outside,
            "DATABASE_URL": self.url("app", database),
            "MIGRATE_DATABASE_URL": self.url("owner", database),
            "COUNTERFOIL_INSTALLATION": "demo",
            "COUNTERFOIL_SECRET_KEY": self.secret_key,
            "COUNTERFOIL_KEYS_FILE": str(self.state / "keys.json"),
            "COUNTERFOIL_MFA_REQUIRED": "off",
            "COUNTERFOIL_STATIC_DIR": str(self.state / "static"),
            "DJANGO_SETTINGS_MODULE": "counterfoil.config.settings",
            "PYTHONPATH": str(CHECKOUT),
            **more,
        }

    def run(self, command: list[str], database: str, **more: str) -> None:
        """Run a command of the product to its end.

        :raises subprocess.CalledProcessError: it failed.
        """
        subprocess.run(
            [str(SCRIPTS / "counterfoil"), *command],
            env=self.environment(database, **more),
            cwd=CHECKOUT,
            check=True,
            stdout=subprocess.DEVNULL,
        )

    def inside(self, job: str, database: str, **arguments: Any) -> Any:
        """Run a job inside Django, in a process of its own, and return what it found.

        :raises RuntimeError: it failed; the message is what it said.
        """
        done = subprocess.run(
            [sys.executable, "-m", "bench.inside", job, json.dumps(arguments)],
            env=self.environment(database),
            cwd=CHECKOUT,
            check=False,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise RuntimeError(f"{job}: {done.stderr.strip()[-2_000:]}")
        return json.loads(done.stdout.splitlines()[-1])

    def has(self, database: str) -> bool:
        """Tell whether there is such a database."""
        with self.superuser() as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone()
        return found is not None

    def create(self, database: str, *, like: str = "template0") -> None:
        """Make a database anew, empty or a copy of another one."""
        self.drop(database)
        owner = psycopg.conninfo.conninfo_to_dict(self.addresses.owner)["user"]
        with self.superuser() as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {} STRATEGY file_copy").format(
                    sql.Identifier(database), sql.Identifier(str(owner)), sql.Identifier(like)
                )
            )

    def drop(self, database: str) -> None:
        """Drop a database, whoever is connected."""
        with self.superuser() as connection:
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database))
            )

    def pgbench(self, script: Path, database: str, *, clients: int, seconds: float) -> float:
        """Run a script by pgbench, as the owner, and return transactions per second."""
        done = subprocess.run(
            [
                *(str(self.cluster.binaries.folder / "pgbench"), "--no-vacuum", "--protocol=prepared"),
                *(f"--client={clients}", f"--jobs={min(clients, 2)}", f"--time={max(1, round(seconds))}"),
                *(f"--file={script}", make_conninfo(self.url("owner", database))),
            ],
            check=True,
            capture_output=True,
            text=True,
        )
        line = next(line for line in done.stdout.splitlines() if line.startswith("tps = "))
        return float(line.split()[2])

    def settings(self) -> dict[str, str]:
        """Return what the server says about durability and memory.

        :raises RuntimeError: a commit would not be durable: nothing measured here would mean anything.
        """
        with self.superuser() as connection:
            told = {
                name: str(connection.execute(sql.SQL("SHOW {}").format(sql.Identifier(name))).fetchone()[0])  # type: ignore[index]
                for name in (*DURABLE, "server_version", "shared_buffers", "wal_sync_method", "jit")
            }
        if any(told[name] != "on" for name in DURABLE):
            raise RuntimeError(f"this server does not keep what it commits: {told}")
        return told


@contextlib.contextmanager
def stand() -> Iterator[Ground]:
    """Start the benchmarks' own server, stop it at the end; the data stays."""
    state = places.find(environ=os.environ).state / "bench"
    state.mkdir(parents=True, exist_ok=True)
    with _alone(state):
        user = server_user.find_or_make()
        found = binaries.reachable(binaries.find(environ=os.environ), user)
        cluster = Cluster(root=state / "postgres", binaries=found, user=user, options=OPTIONS)
        cluster.prepare()
        cluster.start()
        try:
            addresses = databases.on_own_server(cluster, credentials=state / "credentials", may_create=True)
            ground = Ground(state, cluster, addresses, _secret(state / "secret_key"))
            ground.settings()
            if not (state / "keys.json").exists():
                ground.run(["keys", "new"], databases.DATABASE)
            yield ground
        finally:
            cluster.stop()


def digest(*paths: Path) -> str:
    """Return one digest of these files' contents: what was made with others is out of date."""
    whole = hashlib.sha256()
    for path in sorted(paths):
        whole.update(path.read_bytes())
    return whole.hexdigest()[:16]


def _secret(file: Path) -> str:
    if not file.exists():
        places.write_secret(file, secrets.token_urlsafe(48))
    return file.read_text(encoding="utf-8")


@contextlib.contextmanager
def _alone(state: Path) -> Iterator[None]:
    with (state / "lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sys.exit("The benchmarks of this checkout are running already.")
        yield
