"""A worker of its own that takes what is due, and is killed for real at a place where one is named."""

from __future__ import annotations

import os
import pickle
import signal
import sys
from pathlib import Path

import django
import httpx


def main(told: Path) -> None:
    """Take what is due as `told` describes."""
    now, biller_id, place, count, base_url, sandbox_url = pickle.loads(told.read_bytes())
    from counterfoil.core import failpoints  # noqa: PLC0415 - Django has to be set up first
    from counterfoil.core.actor import WORKER  # noqa: PLC0415
    from counterfoil.flows.schedules import run_due  # noqa: PLC0415
    from counterfoil.gateways.sandbox import client  # noqa: PLC0415
    from counterfoil_sandbox import app, clock  # noqa: PLC0415
    from tests.factories import sandbox as sandboxes  # noqa: PLC0415

    built = app.build(
        sandboxes.prepared_store(sandbox_url, size=8), clock.Clock(lambda: now), sleep=lambda _: None
    )
    client.mount(base_url=base_url, transport=httpx.WSGITransport(app=built))
    left = count

    def die(reached: str) -> None:
        nonlocal left
        if reached == place:
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    with failpoints.attached(die):
        run_due.run(actor=WORKER, now=now, biller_id=biller_id)


if __name__ == "__main__":
    django.setup()
    main(Path(sys.argv[1]))
