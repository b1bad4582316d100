"""`python -m counterfoil_sandbox`: the gateway as a process of its own."""

from __future__ import annotations

import logging
from typing import Any

from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]

from counterfoil_sandbox import app, clock, config, courier, store


class Server(BaseApplication):  # type: ignore[misc]
    """One gunicorn worker with threads; one process, so that one courier delivers."""

    def __init__(self, settings: config.Config) -> None:
        self._settings = settings
        self._courier: courier.Courier | None = None
        super().__init__()

    def load_config(self) -> None:
        """Tell gunicorn how to run."""
        options = {
            "bind": f"localhost:{self._settings.port}",
            "worker_class": "gthread",
            "workers": 1,
            "threads": self._settings.threads,
            "keepalive": 75,
            "graceful_timeout": 5,
            "accesslog": None,
            "loglevel": "warning",
            "worker_exit": self._end,
            "proc_name": "counterfoil-sandbox",
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> app.App:
        """Build the application in the worker: connections and the courier's thread begin after the fork."""
        base = store.Store(self._settings.database_url, size=self._settings.threads + 6)
        base.prepare()
        built = app.build(
            base,
            clock.Clock(),
            base_url=self._settings.base_url,
            admin_key=self._settings.admin_key,
            merchants_at_start=self._settings.merchants,
        )
        built.sandbox.load_merchants()
        self._courier = courier.Courier(built.sandbox)
        self._courier.start()
        return built

    def _end(self, server: Any, worker: Any) -> None:
        if self._courier is not None:
            self._courier.stop()


def main() -> None:
    """Run until told to stop."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    # httpx would log every address at INFO; the level above keeps it quiet.
    Server(config.read()).run()


if __name__ == "__main__":
    main()
