"""A sandbox in this process, with a merchant of the test's own and a clock the test moves."""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx

from counterfoil_sandbox import app, clock, store

ADMIN_KEY = "admin_of_tests"
ORIGIN = "http://localhost:8000"
# A Friday, 10:00 in New York; Thanksgiving is the Thursday after.
START = datetime(2026, 11, 20, 15, tzinfo=UTC)


@dataclass
class Time:
    """What the test says it is."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now


class Waited(threading.local):
    """Seconds that the one request of this thread has waited. They take no time here, and count all the same."""

    seconds = 0.0

    def __call__(self, seconds: float) -> None:
        self.seconds += seconds


WAITED = Waited()


class Line(httpx.WSGITransport):
    """The way to a sandbox in this process: whoever would not have waited that long gets no answer."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Have the sandbox answer.

        :raises httpx.ReadTimeout: the caller's patience was over before the answer came; the work is done.
        """
        WAITED.seconds = 0.0
        answer = super().handle_request(request)
        patience = request.extensions["timeout"]["read"]
        if patience is not None and WAITED.seconds > patience:
            raise httpx.ReadTimeout("the answer came too late", request=request)
        return answer


@dataclass
class Practice:
    """One merchant at one sandbox, driven through its HTTP interface without a network."""

    app: app.App
    time: Time
    id: str = field(default_factory=lambda: f"mer_{secrets.token_hex(6)}")
    webhook_url: str = "http://localhost:1/hook"
    origin: str = ORIGIN

    def __post_init__(self) -> None:
        self.base_url = f"http://{self.id.replace('_', '-')}.localhost"
        self.public_key = f"pk_{self.id}"
        self.secret_key = f"sk_{self.id}"
        self.webhook_secret = f"whsec_{self.id}"
        self.transport = Line(self.app)
        self.http = httpx.Client(transport=self.transport, base_url=self.base_url, timeout=None)
        self.auth = {"Authorization": f"Bearer {self.secret_key}"}
        self.admin(
            "merchants",
            id=self.id,
            name="Maple Court",
            secret_key=self.secret_key,
            public_key=self.public_key,
            webhook_url=self.webhook_url,
            webhook_secret=self.webhook_secret,
            origins=[self.origin],
        )

    def admin(self, what: str, **values: Any) -> dict[str, Any]:
        answer = self.http.post(
            f"/v1/admin/{what}", json=values, headers={"Authorization": f"Bearer {ADMIN_KEY}"}
        )
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def arm(self, fault: str, **values: Any) -> None:
        self.admin("faults", merchant=self.id, fault=fault, **values)

    def card(self, number: str = "4242424242424242") -> str:
        return self.keep("card", number=number, exp="12/40", cvc="123", zip="60601")

    def bank(self, account: str = "000123456789") -> str:
        return self.keep(
            "bank",
            name="Ann Resident",
            routing="110000000",
            account=account,
            account_confirm=account,
            account_kind="checking",
            holder_kind="personal",
            mine="yes",
        )

    def agreement(self, key: str = "") -> dict[str, Any]:
        """Ask the wallet's holder to agree, as a merchant would."""
        answer = self.http.post(
            "/v1/agreements",
            json={"return_url": f"{self.origin}/back/", "locale": "en"},
            headers={**self.auth, "Idempotency-Key": key or secrets.token_hex(8)},
        )
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def visit(self, url: str, decision: str) -> httpx.Response:
        """Decide something on a page that the gateway named."""
        return self.http.post(httpx.URL(url).path, data={"decision": decision})

    def wallet(self) -> str:
        """A wallet's token whose holder agreed."""
        asked = self.agreement()
        self.visit(asked["url"], "approve")
        return str(self.get(f"/v1/agreements/{asked['id']}").json()["token"])

    def amounts(self, token: str) -> tuple[int, int]:
        """The two small amounts on their way to an account, as its owner would read them."""
        with self.app.sandbox.store.session() as db:
            row = db.execute("SELECT * FROM small_amounts WHERE token = %s", [token]).fetchone()
        assert row is not None
        return row["first_minor"], row["second_minor"]

    def keep(self, kind: str, **typed: str) -> str:
        answer = self.http.post(f"/fields/{kind}", json={"merchant": self.public_key, **typed})
        assert answer.status_code == 200, answer.text
        return str(answer.json()["token"])

    def body(self, token: str, **values: Any) -> dict[str, Any]:
        return {
            "amount_minor": 12_345,
            "currency": "USD",
            "token": token,
            "reference": "pay_1",
            "description": "Invoice 7",
            "initiated_by": "payer",
            "return_url": f"{ORIGIN}/back/",
            **values,
        }

    def charge(self, key: str, token: str, **values: Any) -> httpx.Response:
        return self.http.post(
            "/v1/charges", json=self.body(token, **values), headers={**self.auth, "Idempotency-Key": key}
        )

    def get(self, path: str) -> httpx.Response:
        return self.http.get(path, headers=self.auth)

    def by_key(self, key: str) -> dict[str, Any]:
        return dict(self.get(f"/v1/charges/by-key/{key}").json())

    def fence(self, key: str) -> dict[str, Any]:
        return dict(self.http.post(f"/v1/charges/by-key/{key}/fence", headers=self.auth).json())

    def refund(self, key: str, charge: str, **values: Any) -> httpx.Response:
        """Send money of a charge back; `charge` is its own id."""
        body = {"charge": charge, "amount_minor": 12_345, "currency": "USD", "reference": "rfd_1", **values}
        return self.http.post("/v1/refunds", json=body, headers={**self.auth, "Idempotency-Key": key})

    def refund_by_key(self, key: str) -> dict[str, Any]:
        return dict(self.get(f"/v1/refunds/by-key/{key}").json())

    def fence_refund(self, key: str) -> dict[str, Any]:
        return dict(self.http.post(f"/v1/refunds/by-key/{key}/fence", headers=self.auth).json())

    def movements(self) -> list[tuple[str, int]]:
        found = self.get("/v1/books").json()["movements"]
        return [(line["kind"], line["amount_minor"]) for line in found]

    def wait(self, **span: float) -> None:
        self.time.now += timedelta(**span)

    def to(self, day: date, hour: int = 23) -> None:
        """Go to an hour in UTC of a day."""
        self.time.now = datetime(day.year, day.month, day.day, hour, tzinfo=UTC)

    def due(self) -> list[Any]:
        self.app.sandbox.tick(merchant_id=self.id)
        return self.app.sandbox.outbox.due(self.time.now, merchant_id=self.id)

    def config(self) -> dict[str, str]:
        return {
            "base_url": self.base_url,
            "public_key": self.public_key,
            "secret_key": self.secret_key,
            "webhook_secret": self.webhook_secret,
        }


def prepared_store(url: str, *, size: int = 1) -> store.Store:
    base = store.Store(url, size=size)
    base.prepare()
    return base


def practice(base: store.Store) -> Practice:
    time = Time()
    with base.session() as db:
        db.execute("UPDATE installation SET offset_seconds = 0")  # a test before may have advanced all clocks
    built = app.build(
        base, clock.Clock(time), admin_key=ADMIN_KEY, base_url="http://sandbox.test", sleep=WAITED
    )
    return Practice(built, time)
