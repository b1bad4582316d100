"""The root of every error that is ours.

CounterfoilError
    Refused            the flow was understood and is not allowed, or not now; has words for a person
        NotPermitted   the actor may not do this (interfaces answer 404: nobody learns what exists)
        Invalid        what was given is wrong; names the field
        Stale          what the actor saw has changed since
    NotFound           no such object among those the actor may see
"""

from __future__ import annotations


class CounterfoilError(Exception):
    """Base of all our errors; `code` is stable and never shown alone to a person."""

    code = "error"


class NotFound(CounterfoilError):
    """No such object among those the actor may see."""

    code = "not_found"


class Refused(CounterfoilError):
    """A flow that was understood but is not allowed, or not now."""

    code = "refused"

    def __init__(self, message: str, *, code: str | None = None, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        if code is not None:
            self.code = code


class NotPermitted(Refused):
    """The actor may not do this."""

    code = "not_permitted"


class Invalid(Refused):
    """What was given is wrong; `field` names where."""

    code = "invalid"


class Stale(Refused):
    """What the actor saw has changed since."""

    code = "stale"
