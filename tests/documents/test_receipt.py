from __future__ import annotations

import dataclasses
import io
import threading
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pypdf
import pytest
from pypdf.generic import ArrayObject, DictionaryObject

from counterfoil.documents import engine, invoice, letterhead, receipt

AT = datetime(2026, 11, 21, 21, 14, tzinfo=UTC)
BILLER = letterhead.Letterhead(
    name="Maple Court",
    phone="(763) 555-0142",
    email="billing@maplecourt.example",
    address=("120 Main Street", "Maple Grove, MN 55369"),
)
RECEIPT = receipt.ReceiptData(
    biller=BILLER,
    number="pay_7F3K92QDa8Bc4xYz1mNp",
    status="Pending",
    tone="wait",
    paid_at="Saturday, November 21, 2026, 3:14 PM CST",
    total="$4,241.37",
    payer="Renée O’Connor-Nguyễn",
    method="Mom’s checking, ending in 6789",
    lines=(
        receipt.ReceiptLine("INV-1101", "Tuesday, December 1, 2026", "$4,141.37", "$0.00", "December rent"),
        receipt.ReceiptLine("INV-1102", "Friday, November 27, 2026", "$97.50", "$31.26"),
    ),
    account="MC-10442",
    billed_for="Edith O’Connor",
    subtotal="$4,238.87",
    fee="$2.50",
    status_note="Your bank can still return this payment until Friday, November 27, 2026.",
    left_after="$31.26",
    facts=(("Authorization", "aut_1"),),
)
INVOICE = invoice.InvoiceData(
    biller=BILLER,
    number="INV-1102",
    status="Open",
    tone="wait",
    addressee="Renée O’Connor-Nguyễn",
    addressee_address=("8 Oak Lane", "Plymouth, MN 55441"),
    issued_on="Sunday, November 1, 2026",
    due_on="Friday, November 27, 2026",
    lines=(
        invoice.InvoiceLine("Room and board", "$3,950.00", "November"),
        invoice.InvoiceLine("Therapy", "$291.37"),
    ),
    total="$4,241.37",
    balance="$241.37",
    entries=(invoice.InvoiceEntry("Thursday, November 5, 2026", "Payment", "-$4,000.00"),),
    how_to_pay=("Online, or by phone.",),
)


def _receipt(locale: str = "en", **changes: Any) -> pypdf.PdfReader:
    data = dataclasses.replace(RECEIPT, **changes)
    return pypdf.PdfReader(io.BytesIO(receipt.render(data=data, rendered_at=AT, locale=locale)))


def _text(reader: pypdf.PdfReader) -> str:
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def _tags(reader: pypdf.PdfReader) -> Counter[str]:
    found: Counter[str] = Counter()

    def walk(node: Any) -> None:
        node = node.get_object() if hasattr(node, "get_object") else node
        if isinstance(node, ArrayObject):
            for child in node:
                walk(child)
        elif isinstance(node, DictionaryObject):
            if "/S" in node:
                found[str(node["/S"])] += 1
            if "/K" in node:
                walk(node["/K"])

    walk(reader.root_object["/StructTreeRoot"])
    return found


def test_the_receipt_is_tagged_from_heading_to_table_head() -> None:
    reader = _receipt()
    tags = _tags(reader)
    root: Any = reader.root_object

    assert root["/MarkInfo"]["/Marked"] is True or root["/MarkInfo"]["/Marked"] == True  # noqa: E712
    assert root["/Lang"] == "en-US"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"] == True  # noqa: E712
    assert (tags["/H1"], tags["/Table"], tags["/TH"], tags["/TR"], tags["/TFoot"]) == (1, 1, 4, 6, 1)
    assert reader.metadata is not None
    assert reader.metadata.title == "Receipt pay_7F3K92QDa8Bc4xYz1mNp"


@pytest.mark.parametrize("standard", ["<pdfuaid:part>1<", "<pdfaid:part>2<", "<pdfaid:conformance>A<"])
def test_it_claims_what_the_engine_enforced(standard: str) -> None:
    metadata: Any = _receipt().root_object["/Metadata"]

    assert standard in metadata.get_data().decode()


def test_it_says_everything_a_receipt_must_say() -> None:
    text = _text(_receipt())

    for part in (
        "Maple Court",
        "120 Main Street",
        "(763) 555-0142",
        "pay_7F3K92QDa8Bc4xYz1mNp",
        "Saturday, November 21, 2026, 3:14 PM CST",
        "Renée O’Connor-Nguyễn",
        "Mom’s checking, ending in 6789",
        "Edith O’Connor",
        "MC-10442",
        "INV-1101",
        "$4,141.37",
        "INV-1102",
        "$97.50",
        "$31.26",
        "Fee $2.50",
        "Total $4,241.37",
        "Pending",
        "until Friday, November 27, 2026",
        "aut_1",
    ):
        assert part in text


@pytest.mark.parametrize(("tone", "says"), [("wait", "Amount submitted"), ("bad", "Amount $")])
def test_it_never_says_paid_before_it_is(tone: receipt.Tone, says: str) -> None:
    text = _text(_receipt(tone=tone))

    assert says in text
    assert "Amount paid" not in text
    assert "Amount paid" in _text(_receipt(tone="ok", status="Paid"))


def test_on_behalf_of_names_the_creditor() -> None:
    biller = dataclasses.replace(BILLER, on_behalf_of="First Creditor")

    assert "on behalf of First Creditor" in _text(_receipt(biller=biller))


def test_the_same_data_and_instant_give_the_same_bytes() -> None:
    one = receipt.render(data=RECEIPT, rendered_at=AT)

    assert receipt.render(data=RECEIPT, rendered_at=AT) == one
    assert receipt.render(data=RECEIPT, rendered_at=AT.replace(minute=15)) != one


@pytest.mark.parametrize(
    "name",
    [
        '#read("/etc/passwd")',
        "*bold* _x_ `c` $x$ <a> @ref // c",
        '#import "@preview/x:1.0.0"',
        "\\u{41} #{1+1}",
    ],
)
def test_text_is_never_code(name: str) -> None:
    assert name in _text(_receipt(payer=name))


@pytest.mark.parametrize(
    "name", ["李小龍", "😀", "\x00\x07x", "עברית", "نص عربي", "\ud800", "\ue000", "᰷x", "e\u20ea", "㵡" * 80]
)
def test_a_name_that_no_font_has_does_not_stop_a_receipt(name: str) -> None:
    assert "Payment receipt" in _text(
        _receipt(payer=name, biller=dataclasses.replace(BILLER, name=f"B {name}"))
    )


def test_many_lines_go_over_pages_with_the_head_repeated() -> None:
    lines = tuple(receipt.ReceiptLine(f"INV-{n}", "Friday", "$1.00", "$0.00") for n in range(120))
    reader = _receipt(lines=lines)

    assert len(reader.pages) > 2
    assert "INV-119" in _text(reader)
    assert _text(reader).count("Invoice Due") == len(reader.pages)
    assert _text(reader).count("Total $4,241.37") == 1


def test_threads_render_side_by_side() -> None:
    expected = receipt.render(data=RECEIPT, rendered_at=AT)
    results: list[bool] = []

    def work() -> None:
        results.extend(receipt.render(data=RECEIPT, rendered_at=AT) == expected for _ in range(5))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert results == [True] * 20


def test_the_language_is_the_documents_own() -> None:
    root: Any = _receipt(locale="es").root_object

    assert root["/Lang"] == "es-US"


def test_an_accent_that_is_no_color_is_not_used() -> None:
    biller = dataclasses.replace(BILLER, accent='#fff"); panic("x')

    assert "Payment receipt" in _text(_receipt(biller=biller))


def test_a_broken_template_is_our_error() -> None:
    with pytest.raises(engine.DocumentFailed, match=r"frame\.typ|receipt\.typ"):
        engine.render(template=receipt.TEMPLATE, data={}, rendered_at=AT)


def test_the_invoice_is_tagged_and_says_what_is_left_and_how_to_pay() -> None:
    reader = pypdf.PdfReader(io.BytesIO(invoice.render(data=INVOICE, rendered_at=AT)))
    tags, text = _tags(reader), _text(reader)

    assert (tags["/H1"], tags["/Table"], tags["/TH"]) == (1, 2, 5)
    for part in (
        "INV-1102",
        "Open",
        "8 Oak Lane",
        "Room and board",
        "-$4,000.00",
        "$241.37",
        "How to pay",
        "(763) 555-0142",
    ):
        assert part in text


def test_an_invoice_without_payments_has_one_table() -> None:
    data = dataclasses.replace(INVOICE, entries=(), how_to_pay=())
    reader = pypdf.PdfReader(io.BytesIO(invoice.render(data=data, rendered_at=AT)))

    assert _tags(reader)["/Table"] == 1
    assert "Payments and credits" not in _text(reader)
