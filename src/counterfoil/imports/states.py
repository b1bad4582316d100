"""The life of an import, and what may become of one of its rows."""

from __future__ import annotations

from typing import Final

from counterfoil.core.states import Machine

READING, BROKEN, CHECKED, COMMITTED = "reading", "broken", "checked", "committed"

IMPORT: Final = Machine(
    {
        (READING, BROKEN): "import.broken",
        (READING, CHECKED): "import.checked",
        (CHECKED, COMMITTED): "import.committed",
    },
    initial=[READING],
)

ACCEPTED, UNCHANGED, REFUSED = "accepted", "unchanged", "refused"
VERDICTS: Final = (ACCEPTED, UNCHANGED, REFUSED)
