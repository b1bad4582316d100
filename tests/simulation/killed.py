"""A process of its own that submits a payment and is killed at a place, for real: `SIGKILL`, no goodbye."""

from __future__ import annotations

import os
import pickle
import signal
import sys
from pathlib import Path

import django
import httpx


def main(told: Path) -> None:
    """Submit what `told` describes; does not come back."""
    actor, now, submission, place, base_url, sandbox_url = pickle.loads(told.read_bytes())
    from counterfoil.core import failpoints  # noqa: PLC0415 - Django has to be set up first
    from counterfoil.flows.payments import submit  # noqa: PLC0415
    from counterfoil.gateways.sandbox import client  # noqa: PLC0415
    from counterfoil_sandbox import app, clock  # noqa: PLC0415
    from tests.factories import sandbox as sandboxes  # noqa: PLC0415

    built = app.build(sandboxes.prepared_store(sandbox_url), clock.Clock(lambda: now))
    client.mount(base_url=base_url, transport=httpx.WSGITransport(app=built))

    def die(reached: str) -> None:
        if reached == place:
            os.kill(os.getpid(), signal.SIGKILL)

    with failpoints.attached(die):
        submit.run(actor=actor, now=now, submission=submission)


if __name__ == "__main__":
    django.setup()
    main(Path(sys.argv[1]))
