"""Pages on which somebody decides, and the small amounts: what the sandbox's own people see."""

from __future__ import annotations

import httpx

from tests.factories import sandbox as sandboxes


def test_the_wallet_lists_what_was_agreed_and_takes_it_back(sandbox: sandboxes.Practice) -> None:
    asked = sandbox.agreement()
    path = httpx.URL(asked["url"]).path
    assert "asks to use your wallet" in sandbox.http.get(path).text
    sandbox.visit(asked["url"], "approve")
    assert path in sandbox.http.get("/wallet").text
    assert "Withdraw Agreement" in sandbox.http.get(path).text
    assert "Retirar el permiso" in sandbox.http.get(path, params={"locale": "es"}).text
    back = sandbox.visit(asked["url"], "withdraw")
    assert httpx.URL(back.headers["location"]).path == path
    assert "Nothing can be charged" in sandbox.http.get(path).text
    sandbox.visit(asked["url"], "withdraw")
    kinds = [delivery.kind for delivery in sandbox.due()]
    assert kinds.count("token.revoked") == 1


def test_an_agreement_is_nobody_elses(sandbox: sandboxes.Practice) -> None:
    other = sandboxes.Practice(sandbox.app, sandbox.time)
    asked = other.agreement()
    assert sandbox.get(f"/v1/agreements/{asked['id']}").status_code == 404
    assert sandbox.http.get("/wallet/agreements/agr_nobody").status_code == 404


def test_small_amounts_are_on_the_books_page_once_they_arrived(sandbox: sandboxes.Practice) -> None:
    token = sandbox.bank("000555555551")
    start = sandbox.http.post(f"/v1/tokens/{token}/small-amounts", headers=sandbox.auth)
    assert start.json()["checked"] == "pending"
    first, second = sandbox.amounts(token)
    shown = f"$0.{first:02} and $0.{second:02}"
    page = sandbox.http.get("/", params={"merchant": sandbox.id}).text
    assert shown not in page
    assert "arrive 2026-11-23" in page
    sandbox.wait(days=4)
    assert shown in sandbox.http.get("/", params={"merchant": sandbox.id}).text


def test_amounts_that_cannot_be_read_use_up_no_try(sandbox: sandboxes.Practice) -> None:
    token = sandbox.bank("000555555551")
    url = f"/v1/tokens/{token}/small-amounts"
    asked = {"amounts_minor": [1, 2]}
    assert sandbox.http.post(f"{url}/confirm", json=asked, headers=sandbox.auth).status_code == 409
    sandbox.http.post(url, headers=sandbox.auth)
    sandbox.wait(days=4)
    for wrong in (None, [1], ["1", "2"], [True, False], [1, 2, 3]):
        answer = sandbox.http.post(f"{url}/confirm", json={"amounts_minor": wrong}, headers=sandbox.auth)
        assert answer.status_code == 400
    left = sandbox.http.post(f"{url}/confirm", json={"amounts_minor": [100, 100]}, headers=sandbox.auth)
    assert left.json() == {"outcome": "mismatched", "tries_left": 2}
