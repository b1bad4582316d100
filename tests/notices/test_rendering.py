"""Every notice as it reads, kept beside the test: a change of words is seen in review."""

from __future__ import annotations

import io
import os
import pathlib
from typing import Any

import pypdf
import pytest
from pytest_django import Settings

from counterfoil.notices import base, registry, rendering
from tests.notices.later_data import LATER

GOLDEN = pathlib.Path(__file__).parent / "golden"
BILLER = {
    "name": "Maple Court Senior Living",
    "phone": "(312) 555-0142",
    "email": "billing@maplecourt.example",
    "address_lines": ["1200 Maple Avenue", "Evanston, IL 60201"],
}
PAYMENT: dict[str, Any] = {
    "biller": BILLER,
    "payer_name": "Susan Whitfield",
    "for_whom": "Eleanor Whitfield",
    "account_number": "MC-10042",
    "payment_number": "7K3QX-9MPLA",
    "submitted_at": "2026-11-21T15:04:00+00:00",
    "method_label": "Mom's checking ••••6789",
    "amount_minor": 425_000,
    "fee_minor": 0,
    "total_minor": 425_000,
    "currency": "USD",
    "link": "/billing/payments/pay_1/",
}
REFUND: dict[str, Any] = {
    "amount_minor": 125_000,
    "paid_minor": 425_000,
    "reopened_minor": 95_000,
    "refunded_on": "2026-11-30",
}
METHOD: dict[str, Any] = {
    "biller": BILLER,
    "payer_name": "Susan Whitfield",
    "method_label": "Mom's checking ••••6789",
    "at": "2026-11-21T15:00:00+00:00",
    "link": "/billing/methods/",
}
LINES = [{"invoice_number": "1001", "amount_minor": 425_000, "left_minor": 12_550}]
INVITED = {
    "biller": BILLER,
    "payer_name": "Susan Whitfield",
    "for_whom": "Eleanor Whitfield",
    "link": "/join/secret/",
    "expires_on": "2026-12-21",
}
BILL: dict[str, Any] = {
    "biller": BILLER,
    "payer_name": "Susan Whitfield",
    "for_whom": "Eleanor Whitfield",
    "invoice_number": "1001",
    "issued_on": "2026-11-01",
    "due_on": "2026-12-01",
    "total_minor": 425_000,
    "open_minor": 425_000,
    "currency": "USD",
    "link": "/billing/invoices/inv_1/",
}
DUE: dict[str, Any] = {
    "biller": BILLER,
    "payer_name": "Susan Whitfield",
    "due_on": "2026-12-01",
    "lines": [
        {
            "invoice_number": "1001",
            "for_whom": "Eleanor Whitfield",
            "due_on": "2026-12-01",
            "open_minor": 425_000,
        },
        {
            "invoice_number": "1002",
            "for_whom": "George Whitfield",
            "due_on": "2026-12-01",
            "open_minor": 12_550,
        },
    ],
    "total_minor": 437_550,
    "currency": "USD",
    "link": "/billing/invoices/",
}
RECORDED: dict[str, Any] = {
    "biller": BILLER,
    "payer_name": "Susan Whitfield",
    "for_whom": "Eleanor Whitfield",
    "payment_number": "7K3QX-9MPLA",
    "received_on": "2026-11-20",
    "method_kind": "check",
    "check_number": "2041",
    "amount_minor": 430_000,
    "credit_minor": 5_000,
    "lines": [{"invoice_number": "1001", "amount_minor": 425_000}],
    "currency": "USD",
    "link": "/billing/payments/pay_1/",
}
REQUEST: dict[str, Any] = {
    "biller": BILLER,
    "payer_name": "Susan Whitfield",
    "for_whom": "Eleanor Whitfield",
    "kind": "invoice",
    "topic": "I do not understand a charge",
    "subject_label": "1001",
    "opened_at": "2026-11-21T15:04:00+00:00",
    "text": "What is the second salon visit?",
    "link": "/requests/req_1/",
}
OWN: dict[str, Any] = {
    "biller": BILLER,
    "name": "Susan Whitfield",
    "at": "2026-11-21T15:00:00+00:00",
    "device": "Safari on iPhone",
    "link": "/profile/",
}
PROOF: dict[str, Any] = OWN | {"until": "2026-11-21T15:03:00+00:00", "code": "QRTX-4829"}
SHARED: dict[str, Any] = {
    "biller": BILLER,
    "payer_name": "Susan Whitfield",
    "for_whom": "Eleanor Whitfield",
    "from_name": "Susan Whitfield",
    "sharer_name": "Daniel Whitfield",
    "invoice_number": "1001",
    "due_on": "2026-12-05",
    "percent_bp": 5_000,
    "amount_minor": 160_000,
    "currency": "USD",
    "link": "/sharing/",
}
HELPER: dict[str, Any] = {
    "biller": BILLER,
    "payer_name": "Eleanor Whitfield",
    "for_whom": "Eleanor Whitfield",
    "from_name": "Eleanor Whitfield",
    "helper_name": "Susan Whitfield",
    "may_pay": True,
    "limit_minor": 50_000,
    "total_minor": 200_000,
    "currency": "USD",
    "until_on": "2027-01-31",
    "link": "/sharing/",
}
DATA: dict[str, dict[str, Any]] = {
    **LATER,
    "request_received": REQUEST,
    "request_answered": REQUEST | {"text": "It was on November 12.\n\nTell us if that is wrong."},
    "request_alert": REQUEST | {"kind": "payment", "link": "/desk/maple-court/requests/req_1/"},
    "invoice_new": BILL,
    "invoice_due_soon": DUE,
    "invoice_overdue": DUE,
    "invoice_changed": BILL
    | {"due_on_before": "2026-11-25", "total_before_minor": 430_000, "reason": "Two days less in October"},
    "invoice_voided": BILL | {"open_minor": 0, "credit_minor": 100_000, "reason": "Sent twice"},
    "invoice_credited": BILL | {"amount_minor": 25_000, "open_minor": 400_000, "reason": "Two days away"},
    "invoice_readdressed": BILL,
    "invoice_handed_over": BILL | {"paid_minor": 100_000, "link": "/billing/payments/"},
    "payment_recorded": RECORDED,
    "invitation": INVITED,
    "invitation_to_existing_login": INVITED,
    "payment_receipt": PAYMENT | {"is_paid": False, "returnable_until": "2027-01-20", "lines": LINES},
    "payment_declined": PAYMENT | {"decline_class": "soft_funds"},
    "payment_returned": PAYMENT | {"return_code": "R01", "returned_on": "2026-11-25"},
    "payment_paid": PAYMENT | {"paid_on": "2026-11-27"},
    "payment_refunded": PAYMENT | REFUND | {"reason": "Moved out on November 20"},
    "refund_came_back": PAYMENT | REFUND,
    "method_added": PAYMENT | {"added_at": "2026-11-21T15:00:00+00:00"},
    "share_offered": SHARED | {"note": "Could you take half this month?"},
    "share_accepted": SHARED,
    "share_declined": SHARED,
    "share_ended": SHARED | {"is_addressee": True, "given_back_minor": 160_000},
    "share_unpaid": SHARED
    | {
        "people": [
            {"name": "Daniel Whitfield", "amount_minor": 160_000, "is_offered": False},
            {"name": "Ruth Whitfield", "amount_minor": 80_000, "is_offered": True},
        ]
    },
    "helper_added": HELPER,
    "helper_acted": PAYMENT | HELPER | {"act": "Susan Whitfield for Eleanor Whitfield", "paid_minor": 30_000},
    "helper_ended": HELPER | {"is_payer": True},
    "new_device": OWN | {"email": "susan@example.test", "link": "/profile/sessions/"},
    "security_changed": OWN | {"what": "password"},
    "login_code": PROOF,
    "email_confirmation": PROOF | {"until": "2026-11-21T15:15:00+00:00"},
    "password_reset": OWN
    | {"until": "2026-11-24T15:00:00+00:00", "link": "/accounts/password/reset/key/1-secret/"},
    "staff_invitation": OWN | {"is_new": "yes", "link": "/accounts/password/reset/key/1-secret/"},
    "contact_changed": OWN | {"payer_name": "Susan Whitfield", "changed": ["email", "phone"], "by": "payer"},
    "access_withdrawn": OWN | {"for_whom": "Eleanor Whitfield", "by": "staff", "link": "/"},
    "who_pays_changed": OWN
    | {"payer_name": "Susan Whitfield", "before": "self", "after": "biller_collects", "after_day": 5},
    "who_pays_alert": OWN
    | {
        "payer_name": "Susan Whitfield",
        "before": "autopay",
        "after": "self",
        "link": "/desk/maple-court/payers/pyr_1/",
    },
    "method_changed": METHOD | {"what": "corrected", "before": "Mom's checking ••••5678"},
    "method_deleted": METHOD,
    "method_expiring": METHOD
    | {"method_label": "Mom's card (Visa 4242)", "last_day": "2026-12-31", "is_in_use": True},
    "permission_given": METHOD | {"text": "Authorization to collect\n\nI authorize Maple Court to take it."},
    "permission_withdrawn": METHOD | {"number": "aut_7K3QX9MPLA"},
    "amounts_awaited": PAYMENT | {"until": "2026-12-01"},
    "amounts_not_confirmed": PAYMENT | {"why": "late"},
    "wallet_withdrawn": METHOD | {"method_label": "PayPal (PayPal)"},
}


@pytest.fixture(autouse=True)
def _at_home(settings: Settings) -> None:
    settings.COUNTERFOIL_BASE_URL = "http://localhost:8000"


def render(key: str, data: dict[str, Any] | None = None, locale: str = "en") -> rendering.Message:
    return rendering.render(
        key=key, data=data or DATA[key], locale=locale, zone="America/Chicago", code="K7QM-4XPD"
    )


def test_every_notice_of_the_catalog_is_rendered_here() -> None:
    assert set(DATA) == set(registry.KINDS)


@pytest.mark.parametrize("key", sorted(DATA))
def test_a_notice_reads_as_it_was_approved(key: str) -> None:
    message = render(key)
    compare(f"{key}.txt", f"Subject: {message.subject}\n\n{message.text}")
    compare(f"{key}.html", message.html)


@pytest.mark.parametrize("key", sorted(DATA))
def test_a_notice_reads_as_it_was_approved_in_spanish(key: str) -> None:
    message = render(key, locale="es")
    compare(f"{key}.es.txt", f"Subject: {message.subject}\n\n{message.text}")


def compare(name: str, content: str) -> None:
    path = GOLDEN / name
    if os.environ.get("COUNTERFOIL_WRITE_GOLDEN"):
        path.write_text(content)
    assert content == path.read_text(), f"{name} differs; COUNTERFOIL_WRITE_GOLDEN=1 writes it anew"


@pytest.mark.parametrize("key", sorted(DATA))
def test_every_required_token_is_missed_when_it_is_gone(key: str) -> None:
    for token in (*base.ALWAYS, *registry.get(key).required):
        data = {name: dict(value) if isinstance(value, dict) else value for name, value in DATA[key].items()}
        *way, last = token.split(".")
        holder = data[way[0]] if way else data
        holder[last] = None
        with pytest.raises(base.MissingToken, match=token):
            render(key, data)


@pytest.mark.parametrize("key", sorted(DATA))
def test_the_html_asks_nothing_of_the_network_and_has_one_button_or_code(key: str) -> None:
    html = render(key).html
    assert "<img" not in html
    assert "url(" not in html
    buttons = 0 if "code" in registry.get(key).secrets else 1
    # The button, and the way to ask whether the message is ours.
    assert html.count("<a ") == buttons + 1
    assert html.count("background:#0b5c7a") == buttons
    assert 'href="http://localhost:8000/messages/check/"' in html
    assert "prefers-color-scheme: dark" in html


def test_names_are_escaped_in_html_and_plain_in_text() -> None:
    message = render("invitation", INVITED | {"payer_name": "O'Brien <b>& Sons"})
    assert "O&#x27;Brien &lt;b&gt;&amp; Sons" in message.html
    assert "O'Brien <b>& Sons" in message.text


def test_a_subject_is_one_line_whatever_the_biller_is_called() -> None:
    data = INVITED | {"biller": BILLER | {"name": "Maple\r\nBcc: all@example.org"}}
    assert "\n" not in render("invitation", data).subject


def test_a_receipt_never_says_paid_before_it_is() -> None:
    assert "Paid" not in render("payment_receipt").text
    paid = render("payment_receipt", DATA["payment_receipt"] | {"is_paid": True, "returnable_until": None})
    assert "Status: Paid" in paid.text


def test_the_receipt_is_attached_and_the_same_at_every_try() -> None:
    (first,) = render("payment_receipt").attachments
    (again,) = render("payment_receipt").attachments
    assert first == again
    text = pypdf.PdfReader(io.BytesIO(first.content)).pages[0].extract_text()
    assert "7K3QX-9MPLA" in text
    assert "$4,250.00" in text
    assert "Pending" in text


def test_the_attached_receipt_speaks_the_payers_language() -> None:
    (sheet,) = render("payment_receipt", locale="es").attachments
    text = pypdf.PdfReader(io.BytesIO(sheet.content)).pages[0].extract_text()
    assert "Recibo de pago" in text
    assert "Pendiente" in text
    assert "Payment" not in text


def test_an_unknown_class_or_code_has_words_too() -> None:
    declined = render("payment_declined", DATA["payment_declined"] | {"decline_class": "new_one"})
    assert "Please use another way to pay" in declined.text
    returned = render("payment_returned", DATA["payment_returned"] | {"return_code": "R99"})
    assert "the bank did not say why in words" in returned.text


def test_a_message_that_can_be_stopped_says_so_and_no_other_does() -> None:
    message = rendering.render(
        key="invoice_overdue",
        data=DUE,
        locale="en",
        zone="America/Chicago",
        code="K7QM-4XPD",
        stop_path="/stop/x/",
    )
    assert message.html.count("<a ") == 3
    assert "Stop these reminders:\nhttp://localhost:8000/stop/x/" in message.text
    assert "Stop these reminders" not in render("invoice_overdue").text


def test_no_message_about_a_bill_threatens_or_says_what_it_is_for() -> None:
    for key in ("invoice_new", "invoice_due_soon", "invoice_overdue"):
        text = render(key).text.lower()
        for word in ("debt", "collection", "legal", "penalty", "late fee", "must", "immediately"):
            assert word not in text


@pytest.mark.parametrize(
    ("key", "says"),
    [
        (
            "scheduled_confirmed",
            ["$102.95 to Maple Court", "the fee is not more", "Fee: $2.95", "Total: $102.95"],
        ),
        ("scheduled_canceled", ["$102.95 to Maple Court"]),
        (
            "scheduled_lowered",
            ["is $42.95 instead of $102.95", "Amount: $40.00", "Fee: $2.95", "Total: $42.95"],
        ),
        ("autopay_failed", ["$102.95 to Maple Court", "Nothing was taken, the fee neither."]),
    ],
)
def test_what_is_set_with_a_fee_says_amount_fee_and_total(key: str, says: list[str]) -> None:
    data = LATER[key] | {"amount_minor": 10_000, "fee_minor": 295, "by_autopay": False}
    text = render(key, data | {"taken_minor": 4_000, "taken_fee_minor": 295}).text
    plain = " ".join(text.split())
    assert [each for each in says if each not in plain] == []
    assert "No fee was added" not in plain


def test_what_the_biller_adds_stands_in_the_mail_and_on_the_receipt() -> None:
    message = render("payment_receipt", DATA["payment_receipt"] | {"receipt_note": "Tax ID 12-3456789"})
    (sheet,) = message.attachments
    text = pypdf.PdfReader(io.BytesIO(sheet.content)).pages[0].extract_text()
    assert "Tax ID 12-3456789" in message.text
    assert "Tax ID 12-3456789" in text


def test_a_code_stands_alone_and_the_message_code_is_told_apart() -> None:
    for key in ("login_code", "email_confirmation"):
        message = render(key)
        assert "\nQRTX-4829\n" in message.text
        assert "QRTX-4829</p>" in message.html
        assert "Never tell this code to anybody" in message.text
        assert "The message code below is another one" in message.text
    assert "It is good for 3 minutes" in render("login_code").text


def test_an_address_that_may_be_a_strangers_is_told_nobodys_name() -> None:
    message = render("email_confirmation")
    assert "Whitfield" not in message.text + message.html


def test_what_was_sealed_is_not_read_again() -> None:
    for key in ("login_code", "password_reset"):
        again = rendering.read_again(
            key=key, data=DATA[key] | {"code": "", "link": ""}, locale="en", zone="America/Chicago"
        )
        assert (again.code, again.button) == (None, None)
