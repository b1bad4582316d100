from __future__ import annotations

import logging
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest
from psycopg import sql

from counterfoil_sandbox import text
from tests.factories import sandbox as sandboxes

CANARY_CARD = "4000056655665556"
CANARY_CVC = "739"
CANARY_ACCOUNT = "0004837261950"


def fields(sandbox: sandboxes.Practice, kind: str, locale: str = "en") -> str:
    query = {"merchant": sandbox.public_key, "nonce": "n", "locale": locale}
    answer = sandbox.http.get(f"/fields/{kind}", params=query)
    assert answer.status_code == 200
    return answer.text


def test_fields_may_be_framed_by_the_merchant_only(sandbox: sandboxes.Practice) -> None:
    answer = sandbox.http.get("/fields/card", params={"merchant": sandbox.public_key, "nonce": "<n>"})
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'")
    assert f"frame-ancestors {sandboxes.ORIGIN}" in policy
    assert "unsafe" not in policy
    assert "set-cookie" not in answer.headers
    assert answer.headers["cache-control"] == "no-store"
    assert "&lt;n&gt;" in answer.text
    assert "<script>" not in answer.text
    assert "style=" not in answer.text


@pytest.mark.parametrize(
    ("kind", "labels"),
    [
        ("card", ["Card Number", "Expiration Date", "Security Code", "ZIP Code"]),
        (
            "bank",
            [
                "Name on the Account",
                "Routing Number",
                "Account Number",
                "Confirm Account Number",
                "Account Type",
                "Checking",
                "Savings",
                "Account Holder",
                "Personal",
                "Business",
                "This account is mine, or I may use it",
            ],
        ),
    ],
)
def test_labels_in_their_order(sandbox: sandboxes.Practice, kind: str, labels: list[str]) -> None:
    page = fields(sandbox, kind)
    places = [page.index(label) for label in labels]
    assert places == sorted(places)


def test_spanish(sandbox: sandboxes.Practice) -> None:
    page = fields(sandbox, "bank", "es-MX")
    assert '<html lang="es">' in page
    assert "Número de ruta" in page
    assert "Routing Number" not in page
    assert text.EN.keys() == text.ES.keys()


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"number": "4242424242424241"}, "number"),
        ({"number": "4111111111111111"}, "number"),
        ({"exp": "13/30"}, "exp"),
        ({"exp": "10/26"}, "exp"),
        ({"cvc": "12"}, "cvc"),
        ({"zip": "1234"}, "zip"),
    ],
)
def test_card_errors_name_their_field(sandbox: sandboxes.Practice, typed: dict[str, str], field: str) -> None:
    good = {"number": "4242 4242-4242 4242", "exp": "1130", "cvc": "123", "zip": "60601-1234"}
    answer = sandbox.http.post("/fields/card", json={"merchant": sandbox.public_key, **good, **typed})
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    answer = sandbox.http.post("/fields/card", json={"merchant": sandbox.public_key, **good})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"name": " "}, "name"),
        ({"routing": "123456789"}, "routing"),
        ({"routing": "000000000"}, "routing"),
        ({"account": "123"}, "account"),
        ({"account_confirm": "000123456780"}, "account_confirm"),
        ({"account_kind": "gold"}, "account_kind"),
        ({"holder_kind": ""}, "holder_kind"),
        ({"mine": ""}, "mine"),
    ],
)
def test_bank_errors_name_their_field(sandbox: sandboxes.Practice, typed: dict[str, str], field: str) -> None:
    good = {
        "name": "Ann  Resident",
        "routing": "021 000 021",
        "account": "0001-2345-6789",
        "account_confirm": "000123456789",
        "account_kind": "savings",
        "holder_kind": "business",
        "mine": "yes",
    }
    answer = sandbox.http.post("/fields/bank", json={"merchant": sandbox.public_key, **good, **typed})
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    kept = sandbox.http.post("/fields/bank", json={"merchant": sandbox.public_key, **good}).json()["token"]
    shown = sandbox.get(f"/v1/tokens/{kept}").json()
    assert (shown["holder_name"], shown["routing_last4"], shown["last4"]) == ("Ann Resident", "0021", "6789")
    assert (shown["account_kind"], shown["holder_kind"]) == ("savings", "business")


def test_bank_is_named_as_typed(sandbox: sandboxes.Practice) -> None:
    known = sandbox.http.get("/fields/routing", params={"number": "110000000"}).json()
    assert known == {"ok": True, "bank_name": "Sandbox Bank"}
    assert sandbox.http.get("/fields/routing", params={"number": "123456789"}).json()["ok"] is False


def test_page_without_script_keeps_what_was_typed_and_comes_back(sandbox: sandboxes.Practice) -> None:
    asked = {
        "merchant": sandbox.public_key,
        "return_url": f"{sandboxes.ORIGIN}/methods/?x=1",
        "state": "s1",
        "locale": "en",
    }
    page = sandbox.http.get("/page/card", params=asked)
    assert f"{sandboxes.ORIGIN}/methods/?x=1&amp;canceled=1&amp;state=s1" in page.text
    assert f"form-action 'self' {sandboxes.ORIGIN}" in page.headers["content-security-policy"]
    typed = {"number": "4242 4242 4242 4242", "exp": "11/30", "cvc": "987", "zip": "606"}
    again = sandbox.http.post("/page/card", data={**asked, **typed})
    assert again.status_code == 422
    assert 'value="4242 4242 4242 4242"' in again.text
    assert 'value="987"' not in again.text
    assert 'aria-invalid="true" aria-describedby="zip-error"' in again.text
    assert 'href="#zip"' in again.text
    back = sandbox.http.post("/page/card", data={**asked, **typed, "zip": "60601"})
    assert back.status_code == 303
    found = parse_qs(urlsplit(back.headers["location"]).query)
    assert back.headers["location"].startswith(f"{sandboxes.ORIGIN}/methods/?x=1&token=tok_")
    assert found["state"] == ["s1"]


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/",
        f"{sandboxes.ORIGIN}.evil.example/",
        "javascript:alert(1)",
        "//evil.example/",
        "",
    ],
)
def test_page_comes_back_to_the_merchant_only(sandbox: sandboxes.Practice, url: str) -> None:
    asked = {"merchant": sandbox.public_key, "return_url": url}
    assert sandbox.http.get("/page/card", params=asked).status_code == 400
    assert sandbox.http.post("/page/card", data=asked).status_code == 400
    charge = sandbox.charge("k", sandbox.card("4000002500003155"), return_url=url).json()
    path = charge["action_url"].removeprefix("http://sandbox.test")
    answer = sandbox.http.post(path, data={"decision": "approve"})
    assert answer.headers["location"] == charge["action_url"]


def test_no_number_is_stored_or_logged(
    sandbox: sandboxes.Practice, sandbox_database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    card = sandbox.keep("card", number=CANARY_CARD, exp="12/40", cvc=CANARY_CVC, zip="60601")
    account = sandbox.bank(CANARY_ACCOUNT)
    sandbox.http.post(
        "/fields/card", json={"merchant": sandbox.public_key, "number": CANARY_CARD, "cvc": CANARY_CVC}
    )
    sandbox.http.post("/fields/card", content=f'{{"number": "{CANARY_CARD}", '.encode())
    for number, token in enumerate((card, account)):
        sandbox.charge(f"k{number}", token)
    sandbox.wait(days=30)
    sandbox.due()
    everything = sandbox.http.get("/").text + "".join(record.getMessage() for record in caplog.records)
    with psycopg.connect(sandbox_database_url) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        assert len(tables) >= 8
        for (table,) in tables:
            rows = connection.execute(sql.SQL("SELECT t::text FROM {} t").format(sql.Identifier(table)))
            everything += "\n".join(row[0] for row in rows)
    assert "5556" in everything
    assert CANARY_CARD not in everything
    assert CANARY_ACCOUNT not in everything
    assert CANARY_ACCOUNT[:-4] not in everything
    assert CANARY_CARD[:12] not in everything


def test_books_page_shows_and_its_forms_need_their_key(sandbox: sandboxes.Practice) -> None:
    sandbox.charge("k", sandbox.bank("000111111116"), reference="<b>pay_1</b>")
    page = sandbox.http.get("/", params={"merchant": sandbox.id})
    assert page.status_code == 200
    assert "&lt;b&gt;pay_1&lt;/b&gt;" in page.text
    assert "Advance 4 bank days" in page.text
    assert sandbox.http.post("/books/advance", data={"unit": "days", "count": "1"}).status_code == 403
    key = page.text.split('name="form_key" value="')[1].split('"')[0]
    form = {"form_key": key, "merchant": sandbox.id}
    armed = sandbox.http.post(
        "/books/faults", data={**form, "fault": "event_late", "times": "2", "do": "arm"}
    )
    assert armed.status_code == 303
    assert "2 more" in sandbox.http.get("/", params={"merchant": sandbox.id}).text
    sandbox.http.post("/books/faults", data={**form, "do": "clear"})
    assert sandbox.http.post("/books/advance", data={**form, "unit": "days", "count": "7"}).status_code == 303
    assert sandbox.by_key("k")["status"] == "returned"
