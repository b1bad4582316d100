"""A status table: which moves are legal, and what each move is called."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from counterfoil.core import errors


class IllegalTransition(errors.CounterfoilError):
    """The table has no such move."""

    code = "illegal_transition"


class Machine:
    """The legal moves of one kind of row; every edge is named by the event it causes."""

    def __init__(self, edges: Mapping[tuple[str, str], str], *, initial: Iterable[str]) -> None:
        self._edges = {(str(old), str(new)): event for (old, new), event in edges.items()}
        self.initial = tuple(str(state) for state in initial)

    @property
    def states(self) -> list[str]:
        """Return every status the table knows, in order of first appearance."""
        seen = dict.fromkeys(self.initial)
        for old, new in self._edges:
            seen.update({old: None, new: None})
        return list(seen)

    @property
    def edges(self) -> dict[tuple[str, str], str]:
        """Return a copy of the table."""
        return dict(self._edges)

    def event(self, old: str, new: str) -> str:
        """Return the event word of the move from `old` to `new`.

        :raises IllegalTransition: the table has no such move.
        """
        try:
            return self._edges[(str(old), str(new))]
        except KeyError:
            raise IllegalTransition(f"no move from {old} to {new}") from None

    def can(self, old: str, new: str) -> bool:
        """Tell whether the move is in the table."""
        return (str(old), str(new)) in self._edges

    def diagram(self) -> str:
        """Return the table as a Mermaid state diagram."""
        lines = ["stateDiagram-v2"]
        lines += [f"    [*] --> {state}" for state in self.initial]
        lines += [f"    {old} --> {new}: {event}" for (old, new), event in self._edges.items()]
        leaving = {old for old, _ in self._edges}
        lines += [f"    {state} --> [*]" for state in self.states if state not in leaving]
        return "\n".join(lines) + "\n"
