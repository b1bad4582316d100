"""Starts processes, shows what they say with their name in front, restarts the dead, stops all in order.

One thread: children ask to be killed when the thread that started them ends, and a fork beside threads is unsafe.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import FrameType
from typing import IO, cast

from counterfoil_stand import processes
from counterfoil_stand.errors import StandError

STOP_SECONDS = 15.0
LONGEST_PAUSE = 30.0
HEALTHY_SECONDS = 60.0
FAILED_STARTS = 3
WIDTH = 8
COLORS = (36, 32, 33, 35, 34, 96, 92)


class Stopped(Exception):
    """Somebody asked to stop: Ctrl-C or SIGTERM."""


@dataclass(slots=True)
class Service:
    """A process that is kept running; `without` names the settings that are not its business."""

    name: str
    command: Sequence[str]
    port: int | None = None
    without: frozenset[str] = frozenset()
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    pause: float = 1.0
    restart_at: float | None = None
    was_ready: bool = False


@dataclass(slots=True)
class _Line:
    """What a process has said of its current line."""

    name: str
    rest: bytes = field(default=b"")


class Supervisor:
    """Runs one demo's processes in one environment."""

    def __init__(self, *, environ: Mapping[str, str], out: IO[str] | None = None) -> None:
        self.environ = {**environ, "PYTHONUNBUFFERED": "1"}
        self.out = out or sys.stdout
        self.services: list[Service] = []
        self.watched: list[tuple[str, Callable[[], bool], Callable[[], None]]] = []
        self._selector = selectors.DefaultSelector()
        self._stopping = False
        self._colors = self.out.isatty() and "NO_COLOR" not in environ
        self._names: list[str] = []

    @contextlib.contextmanager
    def listening(self) -> Iterator[None]:
        """Take Ctrl-C and SIGTERM as wishes to stop; stop all services at the end, whatever happened."""
        before = {sign: signal.signal(sign, self._on_signal) for sign in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            self._stop_all()
            for sign, handler in before.items():
                signal.signal(sign, handler)

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._stopping = True

    def say(self, name: str, text: str) -> None:
        """Print a line with a name in front."""
        if name not in self._names:
            self._names.append(name)
        label = f"{name:<{WIDTH}}|"
        if self._colors:
            label = f"\x1b[{COLORS[self._names.index(name) % len(COLORS)]}m{label}\x1b[0m"
        print(f"{label} {text}", file=self.out, flush=True)

    def watch(self, name: str, is_running: Callable[[], bool], start: Callable[[], None]) -> None:
        """Start something again that is not a service of ours when it has died: the database."""
        self.watched.append((name, is_running, start))

    def run_once(self, name: str, command: Sequence[str]) -> None:
        """Run a command to its end.

        :raises StandError: it failed.
        :raises Stopped: somebody asked to stop meanwhile; the command was ended.
        """
        process = self._spawn(name, command)
        while process.poll() is None:
            self._turn()
            if self._stopping:
                _end(process)
                raise Stopped
        self._drain(process)
        if process.returncode:
            raise StandError(f"`{' '.join(command)}` failed with status {process.returncode}; see above.")

    def start(self, service: Service) -> None:
        """Start a service; it is restarted from now on when it dies."""
        self.services.append(service)
        self._start(service)

    def _start(self, service: Service) -> None:
        service.restart_at = None
        service.started_at = time.monotonic()
        service.process = self._spawn(service.name, service.command, without=service.without)

    def _spawn(
        self, name: str, command: Sequence[str], *, without: frozenset[str] = frozenset()
    ) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            list(command),
            env={name: value for name, value in self.environ.items() if name not in without},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C comes to us alone; we stop the others in order
            preexec_fn=processes.end_with_parent(signal.SIGTERM),  # noqa: PLW1509 - no threads here
        )
        pipe = cast("IO[bytes]", process.stdout)
        os.set_blocking(pipe.fileno(), False)
        self._selector.register(pipe, selectors.EVENT_READ, _Line(name))
        return process

    def wait_until_ready(self, *services: Service, seconds: float = 60.0) -> None:
        """Wait until each service answers on its port.

        :raises StandError: one keeps dying, or does not answer in time.
        :raises Stopped: somebody asked to stop meanwhile.
        """
        deadline = time.monotonic() + seconds
        deaths = dict.fromkeys((service.name for service in services), 0)
        while not all(service.was_ready for service in services):
            self._turn()
            if self._stopping:
                raise Stopped
            for service in services:
                deaths[service.name] += self._revive(service)
                if deaths[service.name] >= FAILED_STARTS:
                    raise StandError(f"{service.name} does not start; see its lines above.")
                service.was_ready = service.was_ready or answers(service)
            if time.monotonic() > deadline:
                late = [service.name for service in services if not service.was_ready]
                raise StandError(f"{', '.join(late)}: no answer after {seconds:.0f} seconds.")

    def run(self) -> None:
        """Keep everything running until somebody asks to stop."""
        while not self._stopping:
            self._turn()
            for name, is_running, start in self.watched:
                if not is_running():
                    self.say(name, "has died; starting it again")
                    start()
            for service in self.services:
                self._revive(service)

    def _revive(self, service: Service) -> int:
        """Restart a dead service when its pause is over; return 1 when it was found newly dead."""
        now = time.monotonic()
        if service.restart_at is not None:
            if now >= service.restart_at:
                self._start(service)
            return 0
        if service.process is None or service.process.poll() is None:
            return 0
        self._drain(service.process)
        if now - service.started_at > HEALTHY_SECONDS:
            service.pause = 1.0
        self.say(
            service.name,
            f"ended with status {service.process.returncode}; starting again in {service.pause:.0f} s",
        )
        service.restart_at = now + service.pause
        service.pause = min(service.pause * 2, LONGEST_PAUSE)
        return 1

    def _turn(self) -> None:
        for key, _ in self._selector.select(timeout=0.2):
            self._read(cast("IO[bytes]", key.fileobj), key.data)

    def _read(self, pipe: IO[bytes], line: _Line) -> bool:
        """Print whole lines that have come; return False when there is no more."""
        data = cast("bytes | None", pipe.read(65536))
        if data is None:
            return False
        if not data:
            self._selector.unregister(pipe)
            pipe.close()
            if line.rest:
                self.say(line.name, line.rest.decode(errors="replace"))
            return False
        *whole, line.rest = (line.rest + data).split(b"\n")
        for text in whole:
            self.say(line.name, text.decode(errors="replace").rstrip("\r"))
        return True

    def _drain(self, process: subprocess.Popen[bytes]) -> None:
        pipe = cast("IO[bytes]", process.stdout)
        with contextlib.suppress(KeyError, ValueError):
            key = self._selector.get_key(pipe)
            while self._read(pipe, key.data):
                pass

    def _stop_all(self) -> None:
        """Stop the services, last started first, each with time to finish what it does."""
        self._stopping = True
        for service in reversed(self.services):
            process = service.process
            if process is None or process.poll() is not None:
                continue
            self.say(service.name, "stopping")
            process.terminate()
            deadline = time.monotonic() + STOP_SECONDS
            while process.poll() is None and time.monotonic() < deadline:
                self._turn()
            _end(process)
        for key in list(self._selector.get_map().values()):
            pipe = cast("IO[bytes]", key.fileobj)
            while self._read(pipe, key.data):
                pass
            if not pipe.closed:  # held by a grandchild that outlives its parent
                self._selector.unregister(pipe)
                pipe.close()


def answers(service: Service) -> bool:
    """Tell whether anything speaks HTTP on the service's port; one without a port is ready at once."""
    if service.port is None:
        return True
    connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=5)
    try:
        connection.request("GET", "/", headers={"Host": f"localhost:{service.port}"})
        connection.getresponse()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process and whatever it started."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
