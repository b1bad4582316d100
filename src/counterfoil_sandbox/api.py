"""The merchant's API under /v1: charges, tokens, books. Refunds are in `refunds_api`."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from counterfoil_sandbox import (
    agreements,
    charges,
    clock,
    engine,
    errors,
    faults,
    http,
    life,
    merchants,
    small_amounts,
    store,
    tokens,
)

Work = Callable[[charges.Place], http.Response]
MAX_PAGE = 500


def place_for(sandbox: engine.Sandbox, db: store.Connection, merchant: merchants.Merchant) -> charges.Place:
    """The merchant's place at this moment, everything that was due done."""
    place = charges.Place(db, merchant, sandbox.clock.at(merchant.offset_seconds), sandbox.base_url)
    if merchant.next_at is not None and merchant.next_at <= place.now:
        life.tick(place)
        sandbox.news.set()
    return place


def _faulty(sandbox: engine.Sandbox, place: charges.Place, call: str, salt: str, work: Work) -> http.Response:
    """Do the work, unless a fault that is switched on for this call has it otherwise."""
    if not place.merchant.faults:
        return work(place)
    strikes = partial(faults.strike, place.db, place.merchant, salt=f"{call}|{salt}", call=call)
    if strikes("answer_lost_before"):
        raise errors.LostAnswer("answer lost before the work was done")
    if strikes("error_500_then_success"):
        raise errors.ApiError(500, "internal_error", "Something went wrong.")
    if slow := strikes("slow"):
        sandbox.sleep(slow.seconds)
    try:
        said = work(place)
    except errors.ApiError as refused:
        said = http.answer_error(refused)
    if strikes("answer_lost_after"):
        sandbox.news.set()
        raise errors.LostAnswer("answer lost after the work was done")
    return said


def answer(sandbox: engine.Sandbox, request: http.Request, call: str, salt: str, work: Work) -> http.Response:
    """Do the work for the merchant whose key it is. Raises ApiError 401, and what the work and faults raise."""
    with sandbox.store.session() as db:
        merchant = merchants.find(db, by="secret_key", value=request.bearer)
        if merchant is None:
            raise errors.ApiError(401, "key_unknown", "The secret key is not known.")
        return _faulty(sandbox, place_for(sandbox, db, merchant), call, salt, work)


def hold_back(place: charges.Place, what: str, *, key: str, body: Mapping[str, Any]) -> None:
    """The fault: a sending waits and is carried out later. Raises LostAnswer then."""
    held = faults.strike(place.db, place.merchant, "delayed_execution", salt=f"{what}|{key}", call=what)
    if held:
        place.db.execute(
            "INSERT INTO delayed (merchant_id, what, key, body, run_at) VALUES (%s, %s, %s, %s::jsonb, %s)",
            [place.merchant.id, what, key, json.dumps(body), place.now + timedelta(seconds=held.seconds)],
        )
        raise errors.LostAnswer("request held back")


def create_charge(sandbox: engine.Sandbox, request: http.Request) -> http.Response:
    """POST /v1/charges."""
    key, body = request.headers.get("idempotency-key", ""), request.json()

    def work(place: charges.Place) -> http.Response:
        hold_back(place, "charge", key=key, body=body)
        made = charges.create(place, key=key, body=body)
        sandbox.news.set()
        return http.answer_json(charges.as_json(made))

    return answer(sandbox, request, "charge", key, work)


def show_by_key(sandbox: engine.Sandbox, request: http.Request, key: str) -> http.Response:
    """GET /v1/charges/by-key/<key>."""

    def work(place: charges.Place) -> http.Response:
        row = charges.find_by_key(place, key=key)
        if row is None or row["status"] == "fenced":
            raise errors.ApiError(404, "not_found", "No charge with this key.")
        return http.answer_json(charges.as_json(row))

    return answer(sandbox, request, "look_up", key, work)


def fence(sandbox: engine.Sandbox, request: http.Request, key: str) -> http.Response:
    """POST /v1/charges/by-key/<key>/fence."""

    def work(place: charges.Place) -> http.Response:
        row = charges.fence(place, key=key)
        if row is None:
            return http.answer_json({"fenced": True})
        return http.answer_json({"fenced": False, "charge": charges.as_json(row)})

    return answer(sandbox, request, "fence", key, work)


def show_charge(sandbox: engine.Sandbox, request: http.Request, charge_id: str) -> http.Response:
    """GET /v1/charges/<id>."""
    return answer(
        sandbox,
        request,
        "look_up",
        charge_id,
        lambda place: http.answer_json(charges.as_json(charges.get(place, charge_id=charge_id))),
    )


def cancel(sandbox: engine.Sandbox, request: http.Request, charge_id: str) -> http.Response:
    """POST /v1/charges/<id>/cancel."""
    return answer(
        sandbox,
        request,
        "cancel",
        charge_id,
        lambda place: http.answer_json(charges.as_json(charges.cancel(place, charge_id=charge_id))),
    )


def show_token(sandbox: engine.Sandbox, request: http.Request, token: str) -> http.Response:
    """GET /v1/tokens/<token>."""
    return answer(
        sandbox,
        request,
        "token",
        token,
        lambda place: http.answer_json(tokens.as_json(tokens.get(place, token=token))),
    )


def check_token(sandbox: engine.Sandbox, request: http.Request, token: str) -> http.Response:
    """POST /v1/tokens/<token>/check."""
    return answer(
        sandbox,
        request,
        "token",
        token,
        lambda place: http.answer_json(tokens.as_json(tokens.check(place, token=token))),
    )


def change_expiry(sandbox: engine.Sandbox, request: http.Request, token: str) -> http.Response:
    """POST /v1/tokens/<token>/expiry with exp_month and exp_year."""
    body = request.json()

    def work(place: charges.Place) -> http.Response:
        month, year = body.get("exp_month"), body.get("exp_year")
        return http.answer_json(
            tokens.as_json(tokens.change_expiry(place, token=token, month=month, year=year))
        )

    return answer(sandbox, request, "token", token, work)


def start_small_amounts(sandbox: engine.Sandbox, request: http.Request, token: str) -> http.Response:
    """POST /v1/tokens/<token>/small-amounts: send two small amounts to a bank account."""
    return answer(
        sandbox,
        request,
        "token",
        token,
        lambda place: http.answer_json(tokens.as_json(small_amounts.start(place, token=token))),
    )


def confirm_small_amounts(sandbox: engine.Sandbox, request: http.Request, token: str) -> http.Response:
    """POST /v1/tokens/<token>/small-amounts/confirm with amounts_minor."""
    amounts = request.json().get("amounts_minor")
    return answer(
        sandbox,
        request,
        "token",
        f"{token}|{amounts}",
        lambda place: http.answer_json(small_amounts.confirm(place, token=token, amounts=amounts)),
    )


def begin_agreement(sandbox: engine.Sandbox, request: http.Request) -> http.Response:
    """POST /v1/agreements with return_url and locale: what the wallet's holder is asked to agree to."""
    key, body = request.headers.get("idempotency-key", ""), request.json()

    def work(place: charges.Place) -> http.Response:
        url, locale = str(body.get("return_url", "")), str(body.get("locale", "en"))
        row = agreements.begin(place, key=key, return_url=url, locale=locale)
        return http.answer_json(agreements.as_json(row, base_url=place.base_url))

    return answer(sandbox, request, "token", key, work)


def show_agreement(sandbox: engine.Sandbox, request: http.Request, agreement_id: str) -> http.Response:
    """GET /v1/agreements/<id>."""

    def work(place: charges.Place) -> http.Response:
        row = agreements.get(place.db, agreement_id=agreement_id, merchant_id=place.merchant.id)
        return http.answer_json(agreements.as_json(row, base_url=place.base_url))

    return answer(sandbox, request, "token", agreement_id, work)


def open_wallet_once(sandbox: engine.Sandbox, request: http.Request) -> http.Response:
    """POST /v1/wallets/once: a token each charge to which waits for the wallet's holder."""

    def work(place: charges.Place) -> http.Response:
        token = tokens.wallet(place.db, place.merchant, now=place.now, once=True)
        return http.answer_json(tokens.as_json(tokens.get(place, token=token)))

    return answer(sandbox, request, "token", "once", work)


def delete_token(sandbox: engine.Sandbox, request: http.Request, token: str) -> http.Response:
    """DELETE /v1/tokens/<token>; deleting it twice is fine."""

    def work(place: charges.Place) -> http.Response:
        tokens.delete(place, token=token)
        return http.answer_json({"deleted": True})

    return answer(sandbox, request, "token", token, work)


def _movement(row: store.Row) -> dict[str, Any]:
    return {
        "id": f"mov_{row['seq']}",
        "at": clock.iso(row["at"]),
        "charge": row["charge_id"],
        **{name: row[name] for name in ("kind", "amount_minor", "currency", "key", "reference")},
    }


def books(sandbox: engine.Sandbox, request: http.Request) -> http.Response:
    """GET /v1/books?after=<cursor>&limit=."""
    after = request.query.get("after", "").removeprefix("mov_") or "0"
    limit = request.query.get("limit", "100")
    if not (after.isdigit() and limit.isdigit() and int(limit) > 0):
        raise errors.ApiError(400, "invalid_request", "after or limit cannot be read.")
    size = min(int(limit), MAX_PAGE)

    def work(place: charges.Place) -> http.Response:
        rows = place.db.execute(
            "SELECT * FROM movement WHERE merchant_id = %s AND seq > %s ORDER BY seq LIMIT %s",
            [place.merchant.id, int(after), size + 1],
        ).fetchall()
        more = f"mov_{rows[size - 1]['seq']}" if len(rows) > size else None
        return http.answer_json({"movements": [_movement(row) for row in rows[:size]], "next": more})

    return answer(sandbox, request, "books", after, work)


def balance(sandbox: engine.Sandbox, request: http.Request) -> http.Response:
    """GET /v1/books/balance."""

    def work(place: charges.Place) -> http.Response:
        rows = place.db.execute(
            "SELECT currency, sum(amount_minor)::bigint AS minor, count(*) AS movements FROM movement "
            "WHERE merchant_id = %s GROUP BY currency ORDER BY currency",
            [place.merchant.id],
        ).fetchall()
        shown = [
            {"currency": r["currency"], "amount_minor": r["minor"], "movements": r["movements"]} for r in rows
        ]
        return http.answer_json({"balances": shown, "at": clock.iso(place.now)})

    return answer(sandbox, request, "books", "balance", work)


ROUTES = (
    http.route("POST", "/v1/charges", create_charge),
    http.route("GET", "/v1/charges/by-key/<key>", show_by_key),
    http.route("POST", "/v1/charges/by-key/<key>/fence", fence),
    http.route("GET", "/v1/charges/<charge_id>", show_charge),
    http.route("POST", "/v1/charges/<charge_id>/cancel", cancel),
    http.route("GET", "/v1/tokens/<token>", show_token),
    http.route("DELETE", "/v1/tokens/<token>", delete_token),
    http.route("POST", "/v1/tokens/<token>/check", check_token),
    http.route("POST", "/v1/tokens/<token>/expiry", change_expiry),
    http.route("POST", "/v1/tokens/<token>/small-amounts", start_small_amounts),
    http.route("POST", "/v1/tokens/<token>/small-amounts/confirm", confirm_small_amounts),
    http.route("POST", "/v1/agreements", begin_agreement),
    http.route("GET", "/v1/agreements/<agreement_id>", show_agreement),
    http.route("POST", "/v1/wallets/once", open_wallet_once),
    http.route("GET", "/v1/books", books),
    http.route("GET", "/v1/books/balance", balance),
)
