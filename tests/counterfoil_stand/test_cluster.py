"""A real server of each set of binaries: made, crashed, recovered."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from counterfoil_stand import databases, processes
from counterfoil_stand.cluster import Cluster
from counterfoil_stand.errors import ServerRefused


def addresses(cluster: Cluster) -> databases.Addresses:
    return databases.on_own_server(cluster, credentials=cluster.root / "credentials")


def test_the_three_roles_meet_only_their_own_databases(cluster: Cluster) -> None:
    made = addresses(cluster)

    with psycopg.connect(made.owner) as owner:
        owner.execute("CREATE TABLE IF NOT EXISTS kept (n int)")
    with psycopg.connect(made.app) as app:
        assert app.execute("SELECT current_user, current_database()").fetchone() == (
            "counterfoil_app",
            "counterfoil",
        )
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute("CREATE TABLE mine (n int)")
    with psycopg.connect(made.sandbox) as sandbox:
        sandbox.execute("CREATE TABLE IF NOT EXISTS books (n int)")
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(made.sandbox.removesuffix("_sandbox"))
    assert addresses(cluster) == made


def test_a_wrong_password_is_refused(cluster: Cluster) -> None:
    url = addresses(cluster).app

    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(url.replace("counterfoil_app:", "counterfoil_app:x"))


def test_committed_rows_outlive_a_kill_of_the_server(cluster: Cluster) -> None:
    url = addresses(cluster).owner
    with psycopg.connect(url) as connection:
        connection.execute("DROP TABLE IF EXISTS many")
        connection.execute("CREATE TABLE many AS SELECT generate_series(1, 50000) AS n")
    process = cluster.process
    assert process is not None

    process.kill()
    process.wait()
    assert not cluster.is_running()
    cluster.start()

    with psycopg.connect(addresses(cluster).owner) as connection:
        assert connection.execute("SELECT count(*) FROM many").fetchone() == (50000,)


def test_a_stale_mark_with_a_strangers_process_id_does_not_stop_it(cluster: Cluster) -> None:
    process = cluster.process
    assert process is not None
    mark = cluster.data / "postmaster.pid"
    lines = mark.read_text().splitlines()
    process.kill()
    process.wait()
    mark.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")

    cluster.start()

    assert cluster.is_running()
    assert mark.read_text().splitlines()[0] != str(os.getpid())


def test_data_of_another_version_is_refused_with_what_to_do(cluster: Cluster) -> None:
    version = cluster.data / "PG_VERSION"
    own = version.read_text()
    version.write_text("14\n")
    try:
        with pytest.raises(ServerRefused, match=r"made by PostgreSQL 14, .* Run `make demo-reset`"):
            cluster.prepare()
    finally:
        version.write_text(own)


def test_a_damaged_server_says_where_to_look(open_folder: Path, cluster: Cluster) -> None:
    broken = Cluster(
        root=open_folder / f"broken-{cluster.binaries.major}",
        binaries=cluster.binaries,
        user=cluster.user,
        options={"shared_buffers": "nonsense"},
    )
    broken.root.mkdir()
    broken.data.mkdir(mode=0o700)
    if broken.user:
        os.chown(broken.data, broken.user.uid, broken.user.gid)

    with pytest.raises(ServerRefused, match=r"PostgreSQL did not start; the end of .*postgres\.log"):
        broken.start()


STARTS_AND_SLEEPS = """
import sys, time
from pathlib import Path
from counterfoil_stand import server_user
from counterfoil_stand.binaries import Binaries
from counterfoil_stand.cluster import FAST_AND_FORGETFUL, Cluster
cluster = Cluster(root=Path(sys.argv[1]), binaries=Binaries(Path(sys.argv[2]), sys.argv[3]),
                  user=server_user.find_or_make(), options=FAST_AND_FORGETFUL)
cluster.start()
print(cluster.process.pid, flush=True)
time.sleep(60)
"""


def test_the_server_ends_with_a_killed_supervisor(cluster: Cluster) -> None:
    cluster.stop()
    arguments = (str(cluster.root), str(cluster.binaries.folder), cluster.binaries.version)
    supervisor = subprocess.Popen(
        [sys.executable, "-c", STARTS_AND_SLEEPS, *arguments], stdout=subprocess.PIPE, text=True
    )
    assert supervisor.stdout is not None
    server = int(supervisor.stdout.readline())

    supervisor.send_signal(signal.SIGKILL)
    supervisor.wait()
    supervisor.stdout.close()
    deadline = time.monotonic() + 10
    while processes.working_folder(server) == str(cluster.data) and time.monotonic() < deadline:
        time.sleep(0.05)

    assert processes.working_folder(server) != str(cluster.data)
    cluster.start()  # and its data is whole
    with psycopg.connect(cluster.conninfo()) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
