"""The demo's ports, checked before anything starts."""

from __future__ import annotations

import contextlib
import errno
import socket
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from counterfoil_stand.errors import StandError

HIGHEST = 65535
TAKEN = (errno.EADDRINUSE, errno.EACCES)


@dataclass(frozen=True, slots=True)
class Port:
    """One port: the variable that sets it, the preset, and what listens there."""

    variable: str
    preset: int
    listener: str


ALL = (
    Port("PORT", 8000, "the portal"),
    Port("SANDBOX_PORT", 8001, "the sandbox gateway"),
    Port("MAILBOX_PORT", 8002, "the mailbox"),
    Port("MAILBOX_SMTP_PORT", 8025, "the mailbox's SMTP"),
)


def chosen(environ: Mapping[str, str]) -> dict[str, int]:
    """Return each variable's port.

    :raises StandError: one is no port number, or two are the same.
    """
    numbers: dict[str, int] = {}
    for port in ALL:
        text = environ.get(port.variable) or str(port.preset)
        if not text.isdecimal() or not 0 < int(text) <= HIGHEST:
            raise StandError(f"{port.variable} is {text!r}, which is no port number (1 to {HIGHEST}).")
        for other, number in numbers.items():
            if number == int(text):
                raise StandError(f"{other} and {port.variable} are both {number}: set them apart.")
        numbers[port.variable] = int(text)
    return numbers


def demand_free(numbers: Mapping[str, int]) -> None:
    """Check that nobody listens on them.

    :raises StandError: somebody does; the sentence names the variable to set.
    """
    for port in ALL:
        number = numbers[port.variable]
        if is_taken(number):
            free = _next_free(number, numbers.values())
            raise StandError(
                f"Port {number}, for {port.listener}, is taken by another program. Choose another one, such as:"
                f" make demo {port.variable}={free}"
            )


def is_taken(number: int) -> bool:
    """Tell whether somebody listens on this port of this machine, by IPv4 or IPv6."""
    return _is_taken(socket.AF_INET, "0.0.0.0", number) or _is_taken(socket.AF_INET6, "::", number)  # noqa: S104


def _is_taken(family: socket.AddressFamily, address: str, number: int) -> bool:
    with contextlib.suppress(OSError), socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        try:
            probe.bind((address, number))
        except OSError as error:
            return error.errno in TAKEN
    return False


def _next_free(number: int, planned: Collection[int]) -> int:
    for candidate in range(number + 100, HIGHEST, 100):
        if candidate not in planned and not is_taken(candidate):
            return candidate
    return number + 1
