"""What travels signed in an address comes back as it was, to the same person, and to nobody else."""

from __future__ import annotations

from counterfoil.core import tokens
from counterfoil.flows.payments.orders import Mode
from counterfoil.portal import kept
from counterfoil.portal.kept import KeptOrder

ORDER = KeptOrder("mth_1", Mode.INVOICES, (("inv_1", 120_000), ("inv_2", 5)), "key.1.mac")


def test_an_order_comes_back_as_it_was() -> None:
    assert kept.read_order(ORDER.text(subject="ruth"), subject="ruth") == ORDER


def test_an_order_is_good_for_its_subject_alone_and_cannot_be_changed() -> None:
    text = ORDER.text(subject="ruth")

    assert kept.read_order(text, subject="sam") is None
    assert kept.read_order("A" + text[1:], subject="ruth") is None
    for nonsense in ("", ".", "x", text[:-1], kept.method_text({"nickname": "x"}, subject="ruth")):
        assert kept.read_order(nonsense, subject="ruth") is None


def test_what_was_typed_comes_back() -> None:
    text = kept.method_text({"nickname": "Harold", "city": "Peñasco"}, subject="ruth")

    assert kept.read_method(text, subject="ruth") == {"nickname": "Harold", "city": "Peñasco"}
    assert kept.read_method(text, subject="sam") == {}


def test_the_way_back_is_ours_alone() -> None:
    assert kept.read_back(tokens.sign("/billing/", purpose=kept.BACK)) == "/billing/"
    assert kept.read_back("https://elsewhere.example/") == ""
