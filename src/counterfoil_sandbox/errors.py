"""What the sandbox says no with."""

from __future__ import annotations


class ApiError(Exception):
    """An answer `{"error": {"code", "message"}}` with a 4xx status."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


class LostAnswer(ConnectionError):
    """The connection is to be closed without an answer (a fault asked for it)."""
