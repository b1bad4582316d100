"""`python -m counterfoil_mailbox`: settings come from the environment.

MAILBOX_PORT (8002), MAILBOX_SMTP_PORT (8025), MAILBOX_DIR (.counterfoil/mailbox), MAILBOX_BIND (127.0.0.1).
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from counterfoil_mailbox import server


def main() -> None:
    """Serve until told to stop."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    port = int(os.environ.get("MAILBOX_PORT") or "8002")
    smtp_port = int(os.environ.get("MAILBOX_SMTP_PORT") or "8025")
    folder = Path(os.environ.get("MAILBOX_DIR") or ".counterfoil/mailbox")
    host = os.environ.get("MAILBOX_BIND") or "127.0.0.1"
    with server.running(folder=folder, host=host, http_port=port, smtp_port=smtp_port) as web:
        print(f"mail at smtp://localhost:{smtp_port}, page at http://localhost:{port}/", flush=True)  # noqa: T201
        web.serve_forever()


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(0)
