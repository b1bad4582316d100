"""Which machine and which versions a run was on."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

from bench.ground import Ground
from bench.sites import THREADS, WORKERS

PACKAGES = ("django", "psycopg", "gunicorn", "typst")


def describe(ground: Ground) -> dict[str, str]:
    """Return what a reader needs to know to compare, and that the server keeps what it commits."""
    told = ground.settings()
    cpu = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    return {
        "day": datetime.now(UTC).date().isoformat(),
        "machine": f"{os.cpu_count()} x {cpu}, {memory:.0f} GB, Linux {platform.release()}",
        "python": platform.python_version(),
        "packages": ", ".join(f"{name} {metadata.version(name)}" for name in PACKAGES),
        "postgres": (
            f"{told['server_version']}, fsync {told['fsync']}, synchronous_commit {told['synchronous_commit']},"
            f" full_page_writes {told['full_page_writes']}, wal_sync_method {told['wal_sync_method']},"
            f" shared_buffers {told['shared_buffers']}, jit {told['jit']}"
        ),
        "web": f"gunicorn gthread, {WORKERS} processes of {THREADS} threads, on the same machine as the load",
    }
