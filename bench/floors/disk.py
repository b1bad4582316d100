"""How long this disk takes to keep a page: write 8 kB and fdatasync, as the write-ahead log does."""

from __future__ import annotations

import os
import time
from pathlib import Path

PAGE = b"\0" * 8_192


def fdatasync_ms(folder: Path, *, seconds: float) -> float:
    """Return the median milliseconds of one write and fdatasync in a file of its own."""
    path = folder / "fdatasync"
    took = []
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        os.posix_fallocate(descriptor, 0, 16 * 1024 * 1024)
        os.fsync(descriptor)
        deadline = time.perf_counter() + seconds
        place = 0
        while (began := time.perf_counter()) < deadline:
            os.pwrite(descriptor, PAGE, place % (16 * 1024 * 1024))
            os.fdatasync(descriptor)
            took.append(time.perf_counter() - began)
            place += len(PAGE)
    finally:
        os.close(descriptor)
        path.unlink()
    return sorted(took)[len(took) // 2] * 1_000
