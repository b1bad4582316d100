"""`python -m tests.simulation`: see `many`."""

from __future__ import annotations

import sys

from tests.simulation import many

if __name__ == "__main__":
    sys.exit(many.main())
