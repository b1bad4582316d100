from __future__ import annotations

import io
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from counterfoil_stand import processes
from counterfoil_stand.errors import StandError
from counterfoil_stand.supervisor import Service, Stopped, Supervisor

SLEEP = "import time; print('up', flush=True); time.sleep(60)"


def python(code: str) -> list[str]:
    return [sys.executable, "-S", "-c", code]


@pytest.fixture
def supervisor() -> Supervisor:
    return Supervisor(environ=dict(os.environ), out=io.StringIO())


def said(supervisor: Supervisor) -> list[str]:
    assert isinstance(supervisor.out, io.StringIO)
    return supervisor.out.getvalue().splitlines()


def test_lines_carry_the_name_of_who_says_them(supervisor: Supervisor) -> None:
    supervisor.run_once("migrate", python("import sys; print('one\\ntwo'); sys.stderr.write('end')"))

    assert sorted(said(supervisor)) == ["migrate | end", "migrate | one", "migrate | two"]


def test_a_failing_command_stops_the_demo_and_is_named(supervisor: Supervisor) -> None:
    with pytest.raises(StandError, match="failed with status 3; see above"):
        supervisor.run_once("migrate", python("raise SystemExit(3)"))


def test_a_service_does_not_see_what_is_not_its_business(supervisor: Supervisor) -> None:
    supervisor.environ["SECRET"] = "x"
    command = python("import os; print(os.environ.get('SECRET'))")
    with supervisor.listening():
        supervisor.start(Service("sandbox", command, without=frozenset({"SECRET"})))
        time.sleep(0.3)

    assert said(supervisor) == ["sandbox | None"]


def test_the_dead_are_started_again(supervisor: Supervisor, tmp_path: Path) -> None:
    mark = tmp_path / "died"
    dies_once = f"import pathlib\np = pathlib.Path({str(mark)!r})\nif not p.exists(): p.touch(); raise SystemExit(1)\n"
    code = dies_once + SLEEP
    service = Service("worker", python(code), pause=0.05)
    with supervisor.listening():
        supervisor.start(service)
        deadline = time.monotonic() + 10
        while "worker  | up" not in said(supervisor) and time.monotonic() < deadline:
            supervisor._turn()
            supervisor._revive(service)
        assert service.process is not None
        assert service.process.poll() is None

    assert service.process.poll() is not None
    assert said(supervisor) == [
        "worker  | ended with status 1; starting again in 0 s",
        "worker  | up",
        "worker  | stopping",
    ]


def test_one_who_never_starts_is_given_up(supervisor: Supervisor) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    service = Service("web", python("raise SystemExit(1)"), port, pause=0.01)
    with supervisor.listening():
        supervisor.start(service)
        with pytest.raises(StandError, match="web does not start; see its lines above"):
            supervisor.wait_until_ready(service, seconds=20)


def test_a_wish_to_stop_ends_a_running_command(supervisor: Supervisor) -> None:
    signal_us = f"import os, signal, time; os.kill({os.getpid()}, signal.SIGTERM); time.sleep(60)"
    with supervisor.listening(), pytest.raises(Stopped):
        supervisor.run_once("demo", python(signal_us))


def test_the_last_started_is_stopped_first(supervisor: Supervisor) -> None:
    with supervisor.listening():
        for name in ("sandbox", "web", "worker"):
            supervisor.start(Service(name, python(SLEEP)))

    stopping = [line for line in said(supervisor) if line.endswith("| stopping")]
    assert stopping == ["worker  | stopping", "web     | stopping", "sandbox | stopping"]


SUPERVISES = """
import os, sys
from counterfoil_stand.supervisor import Service, Supervisor
supervisor = Supervisor(environ=dict(os.environ))
with supervisor.listening():
    service = Service("web", [sys.executable, "-S", "-c", "import time; time.sleep(60)"])
    supervisor.start(service)
    print(service.process.pid, flush=True)
    supervisor.run()
"""


def test_children_end_with_a_killed_supervisor() -> None:
    parent = subprocess.Popen([sys.executable, "-c", SUPERVISES], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())

    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + 5
    while _runs(child) and time.monotonic() < deadline:
        time.sleep(0.02)

    assert not _runs(child)


def _runs(pid: int) -> bool:
    """A zombie that nobody has collected yet does not run."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z" and processes.is_alive(pid)
