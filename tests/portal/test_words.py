"""What is said about a payment, on the page, in its timeline and on paper."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from counterfoil.notices import reasons
from counterfoil.payments import states
from counterfoil.payments.queries import EventRow, PaymentRow
from counterfoil.portal import timeline
from counterfoil.ui import wording

TODAY = date(2026, 11, 20)
AT = datetime(2026, 11, 20, 16, 5, tzinfo=UTC)
ZONE = "America/Chicago"
BANK = PaymentRow(
    id=1, public_id="pay_1", number="AAAAA-BBBBB", status=states.PENDING, origin="portal", amount_minor=320_000,
    fee_minor=0, currency="USD", submitted_at=AT, submitted_on=TODAY, submitted_by_name="Ruth Alvarez",
    effective_on=date(2026, 11, 23), paid_on=date(2026, 11, 30), returnable_until=date(2027, 1, 22), funded_on=None,
    settled_at=None, ended_at=None, method_kind="bank", method_label="Harold (Sandbox Bank 6789)",
    method_last4="6789", decline_class="", reason_code="", action_url="", biller_id=1, biller_name="Maple Court",
    account_id=1, account_number="10442", for_whom="Harold Alvarez", payer_id=1, payer_name="Ruth Alvarez",
    authorization_id=1, refunded_minor=0, refunded_fee_minor=0,
)  # fmt: skip


def told(payment: PaymentRow, *events: str, today: date = TODAY) -> list[tuple[str, str]]:
    rows = [EventRow(event, AT, {}) for event in events]
    return [(step.title, step.note) for step in timeline.of(payment, rows, zone=ZONE, today=today)]


def test_pending_bank_debit_is_honest_about_what_can_still_happen() -> None:
    telling = wording.of(BANK, today=TODAY)

    assert (telling.status, telling.tone) == ("Pending", "wait")
    assert telling.note == (
        "We expect to count it as paid on Monday, November 30."
        " Your bank can still send it back until Friday, January 22, 2027."
    )


def test_paper_always_has_the_year() -> None:
    assert "Monday, November 30, 2026." in wording.of(BANK, today=TODAY, on_paper=True).note


@pytest.mark.parametrize(
    ("status", "tone", "part"),
    [
        (states.SUBMITTING, "wait", "We are confirming this with the bank."),
        (states.UNKNOWN, "wait", "You do not need to pay again."),
        (states.ACTION_NEEDED, "wait", "Your bank wants you to confirm"),
        (states.SETTLED, "ok", "can still send it back until"),
        (states.CANCELED, "bad", "before any money moved"),
    ],
)
def test_each_state_says_what_it_means(status: str, tone: str, part: str) -> None:
    telling = wording.of(replace(BANK, status=status), today=TODAY)

    assert telling.tone == tone
    assert part in telling.note
    assert (telling.status == "Paid") == (status == states.SETTLED)


@pytest.mark.parametrize(
    ("decline_class", "part"),
    [
        ("soft_funds", "not enough money available"),
        ("fix_data", "check them"),
        ("token", "check them"),
        ("auth_needed", "wants you to confirm"),
        ("soft_tech", "try again later"),
        ("config", "try again later"),
        ("fraud_block", "another way"),
        ("hard_account", "another way"),
    ],
)
def test_a_decline_is_told_in_one_of_five_texts(decline_class: str, part: str) -> None:
    declined = replace(BANK, status=states.DECLINED, decline_class=decline_class, method_kind="card")

    assert part in wording.of(declined, today=TODAY).note


def test_only_a_message_asks_to_log_in_to_confirm() -> None:
    """Who reads it on the page is logged in."""
    assert "log in" not in reasons.decline("auth_needed")
    assert "log in" in reasons.decline_by_mail("auth_needed")
    assert reasons.decline_by_mail("soft_funds") == reasons.decline("soft_funds")


def test_a_return_says_why_in_words() -> None:
    returned = replace(BANK, status=states.RETURNED, reason_code="R01")

    note = wording.of(returned, today=TODAY).note
    assert note == (
        "Your bank sent this payment back: there was not enough money in the account. What it paid is owed again."
    )


def test_timeline_of_a_bank_debit_before_and_after_its_day() -> None:
    events = ("payment.submitted", "payment.accepted")
    assert told(BANK, *events) == [
        ("Submitted", "By Ruth Alvarez"),
        ("Goes to your bank on Monday, November 23", ""),
        ("Paid", "It can still come back until Friday, January 22, 2027."),
    ]
    later = told(BANK, *events, today=date(2026, 11, 24))
    assert later[1] == ("Sent to your bank on Monday, November 23", "")


def test_timeline_leaves_out_what_is_no_payers_business() -> None:
    assert told(replace(BANK, status=states.DECLINED), "payment.set_aside") == []


def test_waiting_for_an_answer_is_ahead() -> None:
    steps = timeline.of(replace(BANK, status=states.UNKNOWN), [], zone=ZONE, today=TODAY)
    assert [(step.title, step.is_ahead) for step in steps] == [("The answer of your bank", True)]
