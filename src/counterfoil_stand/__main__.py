"""`python -m counterfoil_stand demo|reset|test-run|chromium`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from counterfoil_stand import browser, demo, throwaway
from counterfoil_stand.errors import StandError


def main(arguments: Sequence[str]) -> int:
    """Run one command; what stands in the way is said in one sentence."""
    parser = argparse.ArgumentParser(prog="python -m counterfoil_stand", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("demo", help="run the demo until Ctrl-C")
    commands.add_parser("reset", help="delete the demo's data")
    commands.add_parser("chromium", help="find or install a browser for the tests and print its path")
    test_run = commands.add_parser("test-run", help="run a command beside a throw-away database server")
    test_run.add_argument("argv", nargs=argparse.REMAINDER, metavar="-- COMMAND")
    chosen = parser.parse_args(arguments)
    try:
        return _run(chosen)
    except StandError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1


def _run(chosen: argparse.Namespace) -> int:
    environ = dict(os.environ)
    if chosen.command == "demo":
        demo.run(environ=environ)
    elif chosen.command == "reset":
        demo.reset(environ=environ)
    elif chosen.command == "chromium":
        found = browser.provide(environ=environ)
        if found is None:
            raise StandError(browser.WHAT_TO_INSTALL)
        print(found)
    else:
        command = chosen.argv[1:] if chosen.argv[:1] == ["--"] else chosen.argv
        if not command:
            raise StandError("test-run needs a command: python -m counterfoil_stand test-run -- pytest")
        return throwaway.run(command, environ=environ)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
