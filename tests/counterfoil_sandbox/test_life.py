from __future__ import annotations

from datetime import date

import pytest

from tests.factories import sandbox as sandboxes


def test_bank_debit_funds_a_bank_day_after_it_is_sent(sandbox: sandboxes.Practice) -> None:
    charge = sandbox.charge("k", sandbox.bank(), effective_on="2026-11-21").json()
    assert (charge["status"], charge["effective_on"], charge["expected_on"]) == (
        "pending",
        "2026-11-23",
        "2026-11-30",
    )
    sandbox.to(date(2026, 11, 23))
    assert sandbox.by_key("k")["sent_at"] is not None
    assert sandbox.movements() == []
    sandbox.to(date(2026, 11, 24), hour=12)
    assert sandbox.by_key("k")["funded_at"] is None
    sandbox.to(date(2026, 11, 24), hour=14)
    assert sandbox.by_key("k")["funded_at"] == "2026-11-24T13:30:00.000000Z"
    assert sandbox.movements() == [("bank_debit", 12_345)]
    sandbox.to(date(2027, 3, 1))
    assert sandbox.by_key("k")["status"] == "pending"
    assert sandbox.movements() == [("bank_debit", 12_345)]


@pytest.mark.parametrize(
    ("account", "code", "returned", "movements"),
    [
        ("000111111116", "R01", "2026-11-24", [("bank_debit", 12_345), ("return", -12_345)]),
        ("000111111113", "R02", "2026-11-24", [("bank_debit", 12_345), ("return", -12_345)]),
        ("000111111114", "R03", "2026-11-23", []),
        ("000222222227", "R10", "2026-12-10", [("bank_debit", 12_345), ("return", -12_345)]),
        ("000929045", "R29", "2027-01-04", [("bank_debit", 12_345), ("return", -12_345)]),
    ],
)
def test_magic_account_comes_back(
    sandbox: sandboxes.Practice, account: str, code: str, returned: str, movements: list[tuple[str, int]]
) -> None:
    sandbox.charge("k", sandbox.bank(account))
    sandbox.to(date(2027, 2, 1))
    charge = sandbox.by_key("k")
    assert (charge["status"], charge["return_code"], charge["returned_at"][:10]) == (
        "returned",
        code,
        returned,
    )
    assert sandbox.movements() == movements
    balances = sandbox.get("/v1/books/balance").json()["balances"]
    assert [line["amount_minor"] for line in balances] == ([0] if movements else [])


def test_account_that_comes_back_once_settles_from_then_on(sandbox: sandboxes.Practice) -> None:
    token = sandbox.bank("000111111117")
    sandbox.charge("first", token)
    sandbox.charge("first", token)  # the same again is no second debit
    sandbox.to(date(2026, 11, 30))
    assert (sandbox.by_key("first")["status"], sandbox.by_key("first")["return_code"]) == ("returned", "R01")
    sandbox.charge("second", token)
    sandbox.to(date(2027, 2, 1))
    assert sandbox.by_key("second")["status"] == "pending"
    assert sandbox.movements() == [("bank_debit", 12_345), ("return", -12_345), ("bank_debit", 12_345)]


def test_notification_of_change_renews_the_token_and_keeps_the_money(sandbox: sandboxes.Practice) -> None:
    token = sandbox.bank("000333333335")
    sandbox.charge("k", token)
    sandbox.to(date(2026, 11, 30))
    told = {delivery.kind for delivery in sandbox.due()}
    assert told == {"charge.pending", "charge.funded", "token.updated"}
    assert sandbox.get(f"/v1/tokens/{token}").json()["last4"] == "4446"
    assert sandbox.movements() == [("bank_debit", 12_345)]


def test_advancing_one_merchant_leaves_the_other(sandbox: sandboxes.Practice) -> None:
    other = sandboxes.Practice(sandbox.app, sandbox.time)
    for merchant in (sandbox, other):
        merchant.charge("k", merchant.bank("000111111116"))
    sandbox.admin("clock", merchant=sandbox.id, advance_bank_days=4)
    assert sandbox.by_key("k")["status"] == "returned"
    assert other.by_key("k")["status"] == "pending"
    kinds = [delivery.kind for delivery in sandbox.due()]
    assert kinds == ["charge.pending", "clock.advanced", "charge.funded", "charge.returned"]


def test_advancing_all_moves_all_and_those_to_come(sandbox: sandboxes.Practice) -> None:
    before = sandbox.app.sandbox.clock.real()
    sandbox.charge("k", sandbox.bank())
    sandbox.admin("clock", advance_days=30)
    assert sandbox.by_key("k")["funded_at"] is not None
    later = sandboxes.Practice(sandbox.app, sandbox.time)
    created = later.charge("k", later.card()).json()["created_at"]
    assert created > before.replace(month=12).isoformat()


def test_clock_never_goes_back(sandbox: sandboxes.Practice) -> None:
    answer = sandbox.http.post(
        "/v1/admin/clock",
        json={"merchant": sandbox.id, "to": "2020-01-01T00:00:00Z"},
        headers={"Authorization": f"Bearer {sandboxes.ADMIN_KEY}"},
    )
    assert answer.status_code == 400


def test_instant_check(sandbox: sandboxes.Practice) -> None:
    good, bad = sandbox.bank(), sandbox.bank("000444444440")
    assert sandbox.get(f"/v1/tokens/{good}").json()["checked"] == "not_run"
    for token, found in ((good, "passed"), (bad, "failed")):
        answer = sandbox.http.post(f"/v1/tokens/{token}/check", headers=sandbox.auth).json()
        assert answer["checked"] == found


def test_deleted_token_cannot_be_charged(sandbox: sandboxes.Practice) -> None:
    token = sandbox.card()
    for _ in range(2):
        assert sandbox.http.delete(f"/v1/tokens/{token}", headers=sandbox.auth).status_code == 200
    assert sandbox.get(f"/v1/tokens/{token}").status_code == 404
    assert sandbox.charge("k", token).json()["error"]["code"] == "token_not_found"


def test_fingerprint_tells_the_same_number_within_a_merchant_only(sandbox: sandboxes.Practice) -> None:
    other = sandboxes.Practice(sandbox.app, sandbox.time)

    def print_of(merchant: sandboxes.Practice, token: str) -> str:
        return str(merchant.get(f"/v1/tokens/{token}").json()["fingerprint"])

    first, second = print_of(sandbox, sandbox.card()), print_of(sandbox, sandbox.card())
    assert first == second
    assert first != print_of(sandbox, sandbox.card("5555555555554444"))
    assert first != print_of(other, other.card())
