"""What the sandbox says no with."""

from __future__ import annotations

import errno


class ApiError(Exception):
    """An answer `{"error": {"code", "message"}}` with a 4xx status."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


class LostAnswer(ConnectionResetError):
    """The connection is to be closed without an answer (a fault asked for it)."""

    def __init__(self, why: str) -> None:
        # With this number a web server takes it for what it is, a connection that went away, and logs no error.
        super().__init__(errno.ECONNRESET, why)
