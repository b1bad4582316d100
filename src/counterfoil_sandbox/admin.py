"""What the operator of the sandbox does: merchants, clock, faults, reset. By key, or by the books page's forms."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from counterfoil_sandbox import api, bankdays, clock, engine, errors, faults, http, life, merchants, store


def _allowed(sandbox: engine.Sandbox, request: http.Request) -> None:
    if not sandbox.admin_key or not hmac.compare_digest(request.bearer.encode(), sandbox.admin_key.encode()):
        raise errors.ApiError(401, "key_unknown", "The admin key is not right.")


def _target(now: datetime, values: Mapping[str, Any]) -> datetime:
    try:
        if values.get("to"):
            return datetime.fromisoformat(str(values["to"])).astimezone(UTC)
        if values.get("advance_bank_days"):
            today = bankdays.bank_date(now)
            return now + (bankdays.after(today, int(values["advance_bank_days"])) - today)
        return now + timedelta(
            days=float(values.get("advance_days", 0)), seconds=float(values.get("advance_seconds", 0))
        )
    except (TypeError, ValueError, OverflowError) as wrong:
        raise errors.ApiError(400, "invalid_request", "The time to advance to cannot be read.") from wrong


def advance(sandbox: engine.Sandbox, db: store.Connection, values: Mapping[str, Any]) -> datetime:
    """Move one merchant's clock, or everybody's and that of merchants to come; the sandbox's time afterwards."""
    if values.get("merchant"):
        merchant = merchants.get(db, by="id", value=str(values["merchant"]))
        target = _target(sandbox.clock.at(merchant.offset_seconds), values)
        life.advance(db, merchant, to=target, time=sandbox.clock, base_url=sandbox.base_url)
        sandbox.news.set()
        return target
    row = db.execute("SELECT offset_seconds FROM installation").fetchone()
    offset = int(row["offset_seconds"]) if row else 0
    by = _target(sandbox.clock.at(offset), values) - sandbox.clock.at(offset)
    if by <= timedelta(0):
        raise errors.ApiError(400, "invalid_request", "The clock only goes forward.")
    db.execute("UPDATE installation SET offset_seconds = offset_seconds + %s", [int(by.total_seconds())])
    for found in db.execute("SELECT id FROM merchant ORDER BY id").fetchall():
        merchant = merchants.get(db, by="id", value=found["id"])
        to = sandbox.clock.at(merchant.offset_seconds) + by
        life.advance(db, merchant, to=to, time=sandbox.clock, base_url=sandbox.base_url)
    sandbox.news.set()
    return sandbox.clock.at(offset) + by


def post_clock(sandbox: engine.Sandbox, request: http.Request) -> http.Response:
    """POST /v1/admin/clock {"advance_days" | "advance_bank_days" | "to", "merchant"?}."""
    _allowed(sandbox, request)
    with sandbox.store.session() as db:
        return http.answer_json({"now": clock.iso(advance(sandbox, db, request.json()))})


def get_clock(sandbox: engine.Sandbox, request: http.Request) -> http.Response:
    """GET /v1/admin/clock."""
    _allowed(sandbox, request)
    with sandbox.store.session() as db:
        row = db.execute("SELECT offset_seconds FROM installation").fetchone()
    offset = int(row["offset_seconds"]) if row else 0
    return http.answer_json({"now": clock.iso(sandbox.clock.at(offset)), "offset_seconds": offset})


def post_merchants(sandbox: engine.Sandbox, request: http.Request) -> http.Response:
    """POST /v1/admin/merchants: make one or bring it up to date."""
    _allowed(sandbox, request)
    with sandbox.store.session() as db:
        return http.answer_json({"id": merchants.save(db, request.json())})


def post_faults(sandbox: engine.Sandbox, request: http.Request) -> http.Response:
    """POST /v1/admin/faults {"merchant", "fault", "times" | "on", "seconds"}, or {"clear": true}."""
    _allowed(sandbox, request)
    values = request.json()
    with sandbox.store.session() as db:
        if values.get("clear"):
            faults.clear(db, merchant_id=str(values.get("merchant", "")))
        else:
            faults.arm(db, values)
    return http.answer_json({"done": True})


def post_deliver_delayed(sandbox: engine.Sandbox, request: http.Request) -> http.Response:
    """POST /v1/admin/deliver-delayed {"merchant"}: carry out requests that were held back, now."""
    _allowed(sandbox, request)
    with sandbox.store.session() as db:
        done = deliver_delayed(sandbox, db, merchant_id=str(request.json().get("merchant", "")))
    return http.answer_json({"delivered": done})


def deliver_delayed(sandbox: engine.Sandbox, db: store.Connection, *, merchant_id: str) -> int:
    """Carry out every held-back request of a merchant; how many."""
    merchant = merchants.get(db, by="id", value=merchant_id)
    done = life.deliver_delayed(api.place_for(sandbox, db, merchant), all_of_them=True)
    sandbox.news.set()
    return done


def post_reset(sandbox: engine.Sandbox, request: http.Request) -> http.Response:
    """POST /v1/admin/reset: forget everything; merchants of the configuration come back."""
    _allowed(sandbox, request)
    sandbox.store.empty()
    sandbox.load_merchants()
    return http.answer_json({"done": True})


ROUTES = (
    http.route("POST", "/v1/admin/clock", post_clock),
    http.route("GET", "/v1/admin/clock", get_clock),
    http.route("POST", "/v1/admin/merchants", post_merchants),
    http.route("POST", "/v1/admin/faults", post_faults),
    http.route("POST", "/v1/admin/deliver-delayed", post_deliver_delayed),
    http.route("POST", "/v1/admin/reset", post_reset),
)
