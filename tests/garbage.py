"""What is loaded once stays loaded: looking through it for garbage again and again is an eighth of a test's time."""

from __future__ import annotations

import gc
from typing import Final

# New objects before the collector looks through the young ones, the middle ones and all.
THRESHOLD: Final = (50_000, 20, 20)


def leave_what_is_loaded() -> None:
    """Keep the collector away from all that is there by now, and let it come less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLD)
