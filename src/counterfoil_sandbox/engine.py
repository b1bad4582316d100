"""One running sandbox: store, clock, outbox and what the handlers need to know of the process."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from counterfoil_sandbox import charges, clock, life, merchants, outbox, store


class Sandbox:
    """What every handler works with. `news` is set when something was told or may be due."""

    def __init__(
        self,
        base: store.Store,
        time_source: clock.Clock,
        *,
        base_url: str = "http://localhost:8001",
        admin_key: str = "",
        merchants_at_start: Sequence[Mapping[str, Any]] = (),
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.store = base
        self.clock = time_source
        self.base_url = base_url.rstrip("/")
        self.admin_key = admin_key
        self.sleep = sleep
        self.outbox = outbox.Outbox(base, time_source)
        self.news = threading.Event()
        self._at_start = tuple(merchants_at_start)

    def load_merchants(self) -> None:
        """Make the merchants of the configuration, or bring them up to date."""
        with self.store.session() as db:
            for values in self._at_start:
                merchants.save(db, values)

    def tick(self, *, merchant_id: str) -> int:
        """Let one merchant's time pass up to its now; how many steps were taken."""
        with self.store.session() as db:
            merchant = merchants.get(db, by="id", value=merchant_id)
            place = charges.Place(db, merchant, self.clock.at(merchant.offset_seconds), self.base_url)
            if merchant.next_at is None or merchant.next_at > place.now:
                return 0
            return life.tick(place)

    def tick_all(self) -> None:
        """Let every merchant's time pass up to its now."""
        with self.store.session() as db:
            due = db.execute(
                """
                SELECT m.id FROM merchant m
                 WHERE EXISTS (SELECT FROM charge c WHERE c.merchant_id = m.id
                                  AND c.next_at <= %(now)s + make_interval(secs => m.offset_seconds))
                    OR EXISTS (SELECT FROM refund r WHERE r.merchant_id = m.id
                                  AND r.next_at <= %(now)s + make_interval(secs => m.offset_seconds))
                    OR EXISTS (SELECT FROM delayed d WHERE d.merchant_id = m.id
                                  AND d.run_at <= %(now)s + make_interval(secs => m.offset_seconds))
                """,
                {"now": self.clock.real()},
            ).fetchall()
        for row in due:
            self.tick(merchant_id=row["id"])
