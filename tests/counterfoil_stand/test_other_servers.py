"""The books and the rights of roles on every set of binaries that is here, not on that of this run alone.

What the database itself keeps (balance, history, keys, grants) is the server's work, and servers differ. The tests
run as in a run of their own, which migrates a fresh database first.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from counterfoil_stand import binaries
from tests.counterfoil_stand.conftest import PRESENT

CHECKOUT = Path(__file__).parents[2]
WHAT = ("tests/ledger", "tests/audit", "tests/core/test_grants.py", "tests/core/test_scope.py")
# Names a database, or belongs to this run alone.
OWN = (
    "DATABASE_URL",
    "MIGRATE_DATABASE_URL",
    "SANDBOX_DATABASE_URL",
    "COUNTERFOIL_TEST_DB",
    "COUNTERFOIL_KEYS_FILE",
)


@pytest.mark.parametrize("name", sorted(PRESENT))
def test_the_ledger_holds_on_each_set_of_binaries(name: str) -> None:
    folder = PRESENT[name]
    there = binaries.find(environ={"APP_PG_BIN": str(folder)})
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        if connection.info.server_version // 10_000 == there.major:
            pytest.skip(f"this run is on PostgreSQL {there.major}")
    kept = {
        key: value for key, value in os.environ.items() if key not in OWN and not key.startswith("PYTEST_")
    }
    command = [sys.executable, "-m", "counterfoil_stand", "test-run", "--"]
    tests = [sys.executable, "-m", "pytest", "-q", "-p", "no:playwright", "-p", "no:cacheprovider", *WHAT]
    done = subprocess.run(
        [*command, *tests],
        env={**kept, "APP_PG_BIN": str(folder)},
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
