"""The merchant's API under /v1/refunds: send money back, ask what became of a key, fence it."""

from __future__ import annotations

from counterfoil_sandbox import api, charges, engine, errors, http, refunds


def create_refund(sandbox: engine.Sandbox, request: http.Request) -> http.Response:
    """POST /v1/refunds with charge, amount_minor, currency, reference."""
    key, body = request.headers.get("idempotency-key", ""), request.json()

    def work(place: charges.Place) -> http.Response:
        api.hold_back(place, "refund", key=key, body=body)
        made = refunds.create(place, key=key, body=body)
        sandbox.news.set()
        return http.answer_json(refunds.as_json(made))

    return api.answer(sandbox, request, "refund", key, work)


def show_by_key(sandbox: engine.Sandbox, request: http.Request, key: str) -> http.Response:
    """GET /v1/refunds/by-key/<key>."""

    def work(place: charges.Place) -> http.Response:
        row = refunds.find_by_key(place, key=key)
        if row is None or row["status"] == "fenced":
            raise errors.ApiError(404, "not_found", "No refund with this key.")
        return http.answer_json(refunds.as_json(row))

    return api.answer(sandbox, request, "look_up", key, work)


def fence(sandbox: engine.Sandbox, request: http.Request, key: str) -> http.Response:
    """POST /v1/refunds/by-key/<key>/fence."""

    def work(place: charges.Place) -> http.Response:
        row = refunds.fence(place, key=key)
        if row is None:
            return http.answer_json({"fenced": True})
        return http.answer_json({"fenced": False, "refund": refunds.as_json(row)})

    return api.answer(sandbox, request, "fence", key, work)


ROUTES = (
    http.route("POST", "/v1/refunds", create_refund),
    http.route("GET", "/v1/refunds/by-key/<key>", show_by_key),
    http.route("POST", "/v1/refunds/by-key/<key>/fence", fence),
)
