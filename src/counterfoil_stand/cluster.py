"""One PostgreSQL server as our own child: made, started, recovered after a crash, stopped."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import Any

from psycopg.conninfo import make_conninfo

from counterfoil_stand import places, processes
from counterfoil_stand.binaries import Binaries
from counterfoil_stand.errors import ServerRefused
from counterfoil_stand.server_user import ServerUser

ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}
SUPERUSER = "postgres"
START_SECONDS = 60.0
BUILTIN_LOCALE_SINCE = 17
FAST_AND_FORGETFUL = {
    "fsync": "off",
    # It would sit in a database that a test wants to drop.
    "autovacuum": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "max_wal_size": "4GB",
}


class Cluster:
    """A server with its data in `root`. It listens on 127.0.0.1 alone, at a port that is free when it starts."""

    def __init__(
        self,
        *,
        root: Path,
        binaries: Binaries,
        user: ServerUser | None,
        options: dict[str, str] | None = None,
    ) -> None:
        self.root = root
        self.data = root / "data"
        self.password_file = root / "superuser"
        self.log = root / "postgres.log"
        self.binaries = binaries
        self.user = user
        self.options = {"timezone": "UTC", "jit": "off", **(options or {})}
        self.port = 0
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def as_user(self) -> dict[str, Any]:
        """Arguments that start a process as the server's user."""
        if self.user is None:
            return {}
        return {"user": self.user.uid, "group": self.user.gid, "extra_groups": []}

    def conninfo(self, database: str = "postgres") -> str:
        """Where the superuser connects. Only the stand is ever the superuser."""
        password = self.password_file.read_text(encoding="utf-8")
        return make_conninfo(
            "", host="127.0.0.1", port=self.port, user=SUPERUSER, password=password, dbname=database
        )

    def prepare(self) -> None:
        """Make the data once; refuse data of another major version.

        :raises ServerRefused: the data is of another version, or cannot be made.
        """
        self.root.mkdir(parents=True, exist_ok=True)
        version_file = self.data / "PG_VERSION"
        if version_file.exists():
            made_by = version_file.read_text(encoding="utf-8").strip()
            if made_by != str(self.binaries.major):
                raise ServerRefused(
                    f"The data in {self.data} was made by PostgreSQL {made_by}, but {self.binaries.folder} has"
                    f" {self.binaries.version}. Run `make demo-reset` to start over (this drops the demo's data),"
                    f" or name the folder of PostgreSQL {made_by} in APP_PG_BIN."
                )
            return
        shutil.rmtree(self.data, ignore_errors=True)  # a half-made one, left by a crash
        self.data.mkdir(mode=0o700)
        if self.user:
            os.chown(self.data, self.user.uid, self.user.gid)
        password = secrets.token_urlsafe(24)
        places.write_secret(self.password_file, password)
        self._initdb(password)

    def _initdb(self, password: str) -> None:
        if self.binaries.major >= BUILTIN_LOCALE_SINCE:
            locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C.UTF-8"]
        else:
            locale = ["--locale=C.UTF-8"]
        reader, writer = os.pipe()
        # Through a pipe, so that the password's file can stay closed to the server's user.
        os.write(writer, password.encode() + b"\n")
        os.close(writer)
        if self.user:
            os.fchown(reader, self.user.uid, self.user.gid)
        fixed = ["--encoding=UTF8", "--data-checksums", "--auth=scram-sha-256", "--no-instructions"]
        if self.options.get("fsync") == "off":
            fixed.append("--no-sync")
        done = subprocess.run(
            [
                *(self.binaries.folder / "initdb", "-D", self.data, "-U", SUPERUSER),
                *(f"--pwfile=/dev/fd/{reader}", *fixed, *locale),
            ],
            pass_fds=(reader,),
            cwd="/",
            env=ENVIRONMENT,
            capture_output=True,
            text=True,
            check=False,
            **self.as_user,
        )
        os.close(reader)
        if done.returncode:
            shutil.rmtree(self.data, ignore_errors=True)
            raise ServerRefused(f"initdb failed: {done.stderr.strip() or done.stdout.strip()}")

    def start(self) -> None:
        """Start the server and wait until it takes connections; recovery after a crash included.

        :raises ServerRefused: it ended, or was not ready within a minute.
        """
        deadline = time.monotonic() + START_SECONDS
        self._settle_leftovers(deadline)
        while True:
            self.port = self.port or free_port()
            if self._try_start(deadline):
                return
            tail = self._log_tail()
            if time.monotonic() > deadline or not _passes("\n".join(tail)):
                raise ServerRefused(f"PostgreSQL did not start; the end of {self.log}:\n" + "\n".join(tail))
            self.port = 0
            time.sleep(0.2)

    def _try_start(self, deadline: float) -> bool:
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",
            **self.options,
        }
        arguments = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [self.binaries.folder / "postgres", "-D", self.data, *arguments],
                cwd="/",
                env=ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=processes.end_with_parent(signal.SIGINT),  # noqa: PLW1509 - no threads here
                **self.as_user,
            )
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                return False
            if self._is_ready():
                return True
            time.sleep(0.02)
        self.stop()
        return False

    def _is_ready(self) -> bool:
        lines = self._pid_file()
        own = bool(self.process and lines and lines[0] == str(self.process.pid))
        return own and len(lines) > 7 and lines[7].strip() == "ready"

    def _pid_file(self) -> list[str]:
        with contextlib.suppress(OSError):
            return (self.data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        return []

    def _settle_leftovers(self, deadline: float) -> None:
        """Wait for an earlier server that is still ending; take away the mark of one that is gone.

        Its process id may belong to a stranger by now; a server of ours works in its data folder.
        """
        lines = self._pid_file()
        if not lines or not lines[0].isdigit():
            return
        pid = int(lines[0])
        while processes.is_alive(pid) and processes.working_folder(pid) == str(self.data.resolve()):
            if time.monotonic() > deadline:
                raise ServerRefused(f"Another PostgreSQL (process {pid}) still works in {self.data}.")
            time.sleep(0.1)
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _log_tail(self) -> list[str]:
        return self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-12:]

    def is_running(self) -> bool:
        """Tell whether our server process lives."""
        return self.process is not None and self.process.poll() is None

    def stop(self, *, at_once: bool = False) -> None:
        """Stop the server: cleanly, or at once when its data is thrown away anyhow."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGQUIT if at_once else signal.SIGINT)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def _passes(log: str) -> bool:
    """Tell whether the reason will pass: dying children of a killed server, or a port taken in between."""
    return "shared memory block" in log or "Address already in use" in log


def free_port() -> int:
    """Return a port of 127.0.0.1 that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
