"""A method's label fits where payments keep it, whatever a bank is called."""

from __future__ import annotations

import pytest

from counterfoil.methods.queries import LONGEST_LABEL, MethodRow


def row(nickname: str, bank: str) -> MethodRow:
    given = {"kind": "bank", "nickname": nickname, "bank_name": bank, "last4": "6789"}
    return MethodRow(**{**dict.fromkeys(MethodRow.__dataclass_fields__, ""), **given})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("nickname", "bank", "label"),
    [
        ("Mother", "Sandbox Bank", "Mother (Sandbox Bank 6789)"),
        ("Mother", "", "Mother (6789)"),
        ("n" * 60, "b" * 80, f"{'n' * 60} ({'b' * 52} 6789)"),
        ("n" * 60, "b" * 51 + " " + "c" * 28, f"{'n' * 60} ({'b' * 51} 6789)"),
    ],
)
def test_labels(nickname: str, bank: str, label: str) -> None:
    assert row(nickname, bank).label == label
    assert len(label) <= LONGEST_LABEL
