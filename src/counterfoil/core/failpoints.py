"""Named places where a crash would matter: every commit and every outside call.

In operation nothing is attached. The simulator attaches a hook that lists the places, or ends the run at one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

Hook = Callable[[str], None]
_hooks: list[Hook] = []


def reach(name: str) -> None:
    """Tell an attached hook that this place was reached."""
    for hook in _hooks:
        hook(name)


@contextmanager
def attached(hook: Hook) -> Iterator[None]:
    """Attach `hook` for the length of the block."""
    _hooks.append(hook)
    try:
        yield
    finally:
        _hooks.remove(hook)
