from __future__ import annotations

import pytest

from counterfoil.gateways import base
from counterfoil.gateways.sandbox import mapping

C = base.DeclineClass


@pytest.mark.parametrize(
    ("code", "network", "advice", "expected"),
    [
        ("lost_card", "41", "", C.HARD_ACCOUNT),
        ("insufficient_funds", "51", "", C.SOFT_FUNDS),
        ("insufficient_funds", "51", "40", C.PREPAID_LIMIT),
        ("do_not_honor", "05", "", C.ISSUER_UNSPEC),
        ("do_not_honor", "05", "21", C.HARD_REVOKED),
        ("transaction_not_allowed", "57", "03", C.HARD_NOT_ALLOWED),
        ("generic_decline", "05", "03", C.HARD_ACCOUNT),
        ("processing_error", "", "", C.SOFT_TECH),
        ("incorrect_cvc", "N7", "02", C.FIX_DATA),
        ("something_new", "ZZ", "77", C.ISSUER_UNSPEC),
        ("", "", "", C.ISSUER_UNSPEC),
    ],
)
def test_decision_order(code: str, network: str, advice: str, expected: C) -> None:
    assert mapping.decline_class(code=code, network_code=network, advice_code=advice) is expected


@pytest.mark.parametrize(
    "charge",
    [
        {},
        {"id": "ch_1"},
        {"id": "ch_1", "status": "melted"},
        {"id": "ch_1", "status": "pending", "funded_at": "yesterday", "expected_on": None},
        {"id": "ch_1", "status": "returned", "return_code": "R01", "returned_at": None},
    ],
)
def test_what_cannot_be_read_is_unknown(charge: dict[str, object]) -> None:
    assert isinstance(mapping.result(charge), base.Unknown)


def test_days_are_the_banks() -> None:
    charge = {
        "id": "ch_1",
        "status": "pending",
        "funded_at": "2026-11-24T02:00:00Z",
        "expected_on": "2026-11-30",
        "amount_minor": 12_345,
        "currency": "USD",
        "reference": "pay_1",
    }
    funded = mapping.result(charge)
    assert isinstance(funded, base.Funded)
    assert funded.figures == base.Figures(12_345, "USD", "pay_1")
    assert funded.funded_on.isoformat() == "2026-11-23"


@pytest.mark.parametrize(
    "refund",
    [
        {},
        {"id": "re_1", "status": "succeeded"},
        {"id": "re_1", "status": "melted", "amount_minor": 5, "currency": "USD", "reference": "rfd_1"},
        {"id": "re_1", "status": "pending", "amount_minor": 5, "currency": "USD", "reference": "rfd_1"},
    ],
)
def test_a_refund_that_cannot_be_read_is_unknown(refund: dict[str, object]) -> None:
    assert isinstance(mapping.refund_result(refund), base.Unknown)
