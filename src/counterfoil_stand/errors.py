"""What can stop the stand, said in one sentence that tells what to do."""

from __future__ import annotations


class StandError(Exception):
    """The stand cannot go on; the message is for the person at the terminal."""


class ServerRefused(StandError):
    """PostgreSQL did not start, or its data is of another version."""
