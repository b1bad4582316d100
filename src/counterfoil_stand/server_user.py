"""As whom the server runs. PostgreSQL refuses to run as root, so root lends it a user; never `nobody`."""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path

from counterfoil_stand.errors import StandError

NAMES = ("postgres", "counterfoil-pg")


@dataclass(frozen=True, slots=True)
class ServerUser:
    """A system user for the server's processes and files."""

    name: str
    uid: int
    gid: int


def find_or_make() -> ServerUser | None:
    """Return the user to run the server as, made if need be; None: the one who asks, who is not root.

    :raises StandError: root, and no user can be made.
    """
    if os.geteuid() != 0:
        return None
    for name in NAMES:
        found = _find(name)
        if found:
            return found
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if not useradd:
        raise StandError("PostgreSQL does not run as root, and there is no useradd: make a user `postgres`.")
    arguments = ("--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", NAMES[-1])
    done = subprocess.run([useradd, *arguments], capture_output=True, text=True, check=False)
    made = _find(NAMES[-1])
    if not made:
        raise StandError(f"PostgreSQL does not run as root, and useradd failed: {done.stderr.strip()}")
    return made


def _find(name: str) -> ServerUser | None:
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    return ServerUser(name=name, uid=entry.pw_uid, gid=entry.pw_gid)


def can_enter(path: Path, user: ServerUser) -> bool:
    """Tell whether `user` can go through every folder from the root down to `path`."""
    resolved = path.resolve()
    return all(_may_search(folder, user) for folder in (*reversed(resolved.parents), resolved))


def _may_search(folder: Path, user: ServerUser) -> bool:
    status = folder.stat()
    if status.st_uid == user.uid:
        return bool(status.st_mode & stat.S_IXUSR)
    if status.st_gid == user.gid:
        return bool(status.st_mode & stat.S_IXGRP)
    return bool(status.st_mode & stat.S_IXOTH)
