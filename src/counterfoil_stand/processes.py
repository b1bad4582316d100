"""Child processes that end with the one who started them."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
from collections.abc import Callable
from pathlib import Path

PR_SET_PDEATHSIG = 1
# Loaded before any fork: a child between fork and exec must not load libraries.
_LIBC = ctypes.CDLL(None, use_errno=True)


def end_with_parent(sign: signal.Signals) -> Callable[[], None]:
    """Return what a child runs before its program: get `sign` when the thread that started it ends.

    Start such children from the main thread of a long-lived process.
    """
    parent = os.getpid()

    def before_program() -> None:
        _LIBC.prctl(PR_SET_PDEATHSIG, int(sign))
        if os.getppid() != parent:  # it ended in between
            os.kill(os.getpid(), signal.SIGKILL)

    return before_program


def is_alive(pid: int) -> bool:
    """Tell whether a process has this id, whoever it is."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def working_folder(pid: int) -> str | None:
    """Return the folder a process works in, None when it is gone or somebody else's."""
    with contextlib.suppress(OSError):
        return str(Path(f"/proc/{pid}/cwd").readlink())
    return None
