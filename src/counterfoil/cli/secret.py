"""Secrets that an operator gives a command: never as arguments, which everybody on the machine can see."""

from __future__ import annotations

import getpass
import os
import sys


def read(*, variable: str, question: str) -> str:
    """Return what an environment variable says, or what is typed unseen; where nobody types, the next line of input.

    Empty where nothing is given.
    """
    given = os.environ.get(variable)
    if given:
        return given
    if sys.stdin.isatty():
        return getpass.getpass(f"{question}: ")
    return sys.stdin.readline().rstrip("\r\n")
