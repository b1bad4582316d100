"""A file comes in: read, judged, committed, all or nothing; twice changes nothing."""

from __future__ import annotations

import json
import os
import pathlib
from collections.abc import Iterable
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from counterfoil.audit.models import AuditEvent
from counterfoil.core import errors
from counterfoil.core.actor import OPERATOR
from counterfoil.files import queries as file_queries
from counterfoil.flows.imports import check, commit, stage
from counterfoil.identity import permissions
from counterfoil.imports import mapping, queries as import_queries, reading
from counterfoil.imports.models import Import, Row
from counterfoil.imports.parse import Draft
from counterfoil.imports.queries import ImportRow
from counterfoil.invoices.models import Invoice, InvoiceLine
from counterfoil.ledger.models import Entry, Line
from counterfoil.payers.models import AccountPayer, BillingAccount, Payer
from counterfoil.payments import proofs
from counterfoil.payments.models import Allocation, Payment, PaymentEvent
from tests.factories.people import NOW, Community

pytestmark = pytest.mark.django_db

IBM = mapping.parse(pathlib.Path("docs/reference/ibm-mapping.toml").read_text())
HEAD = "customerID,invoiceNumber,InvoiceDate,DueDate,InvoiceAmount,Disputed,SettledDate"
GOOD = "C-1,1001,1/2/2026,2/1/2026,55.94,No,1/15/2026"
OPEN = "C-2,1002,1/2/2026,2/1/2026,100.00,Yes,"


@pytest.fixture
def home() -> Community:
    return Community()


def content(*rows: str, head: str = HEAD) -> bytes:
    return "\r\n".join([head, *rows, ""]).encode()


def upload(raw: bytes) -> stage.Upload:
    return stage.Upload("invoices.csv", len(raw), [raw[i : i + 100_000] for i in range(0, len(raw), 100_000)])


def read(home: Community, raw: bytes, how: mapping.Mapping = IBM, as_of: date | None = None) -> ImportRow:
    import_id = stage.run(
        actor=OPERATOR, now=NOW, upload=upload(raw), order=stage.Order(home.key, how, as_of)
    )
    return check.run(actor=OPERATOR, now=NOW, import_id=import_id)


def bring_in(home: Community, raw: bytes, how: mapping.Mapping = IBM, as_of: date | None = None) -> ImportRow:
    return commit.run(actor=OPERATOR, now=NOW, import_id=read(home, raw, how, as_of).public_id)


def verdicts(imported: ImportRow) -> list[tuple[int, str, str]]:
    rows = import_queries.iterate_verdicts(actor=OPERATOR, imported=imported)
    return [(row.line, row.verdict, row.reason) for row in rows]


def counts(home: Community) -> dict[str, int]:
    tables: Iterable[Any] = (
        Invoice, InvoiceLine, BillingAccount, Payer, AccountPayer, Payment, Allocation, PaymentEvent, Entry, Line,
    )  # fmt: skip
    return {table.__name__: table.objects.filter(biller_id=home.id).count() for table in tables}


def demand_sound_books(home: Community) -> None:
    assert proofs.run(biller_id=home.id) == []


def test_a_dry_run_says_what_would_become_of_every_row_and_changes_nothing(home: Community) -> None:
    before = counts(home)

    imported = read(home, content(GOOD, OPEN, "C-3,1003,1/2/2026,2/31/2026,1.00,No,"))

    assert (imported.status, imported.accepted, imported.unchanged, imported.refused) == ("checked", 2, 0, 1)
    assert verdicts(imported) == [
        (2, "accepted", ""),
        (3, "accepted", ""),
        (4, "refused", 'the due date "2/31/2026" is not a date in the form M/D/YYYY'),
    ]
    assert counts(home) == before


def test_a_settled_row_becomes_a_paid_invoice_with_its_payment_on_its_day(home: Community) -> None:
    done = bring_in(home, content(GOOD, OPEN))

    assert (done.status, done.accepted) == ("committed", 2)
    paid, still_open = Invoice.objects.filter(biller_id=home.id).order_by("number")
    assert (paid.status, paid.open_minor, paid.paid_on) == ("paid", 0, date(2026, 1, 15))
    assert (still_open.status, still_open.open_minor, still_open.is_disputed) == ("open", 10_000, True)
    payment = Payment.objects.get(biller_id=home.id)
    assert (payment.origin, payment.method_kind, payment.status) == ("import", "external", "settled")
    assert (payment.amount_minor, payment.submitted_on, payment.method_id) == (5_594, date(2026, 1, 15), None)
    allocation = Allocation.objects.get(payment=payment)
    assert (allocation.invoice_id, allocation.applied_on) == (paid.pk, date(2026, 1, 15))
    assert PaymentEvent.objects.get(payment=payment).event == "payment.recorded"
    recorded = Entry.objects.get(source_ref=payment.public_id)
    assert (recorded.kind, recorded.effective_on) == ("payment.recorded", date(2026, 1, 15))
    lines = dict(Line.objects.filter(entry=recorded).values_list("account", "amount_minor"))
    assert lines == {"external_receipts": 5_594, "receivable": -5_594}
    demand_sound_books(home)


def test_customers_become_accounts_with_payers_without_email(home: Community) -> None:
    bring_in(home, content(GOOD, OPEN))

    account = BillingAccount.objects.get(biller_id=home.id, number="C-1")
    payer = AccountPayer.objects.select_related("payer").get(account=account, is_default=True).payer
    assert (account.holder_name, payer.name, payer.email) == ("Customer C-1", "Customer C-1", "")


def test_as_of_leaves_later_settlements_open(home: Community) -> None:
    bring_in(
        home,
        content(GOOD, GOOD.replace("1001", "1003").replace("1/15/2026", "1/14/2026")),
        as_of=date(2026, 1, 14),
    )

    states = dict(Invoice.objects.filter(biller_id=home.id).values_list("number", "status"))
    assert states == {"1001": "open", "1003": "paid"}
    demand_sound_books(home)


def test_the_same_file_again_changes_nothing(home: Community) -> None:
    bring_in(home, content(GOOD, OPEN))
    before = counts(home)

    again = bring_in(home, content(GOOD, OPEN))

    assert (again.accepted, again.unchanged, again.refused) == (0, 2, 0)
    assert counts(home) == before


def test_committing_the_same_import_twice_changes_nothing(home: Community) -> None:
    imported = read(home, content(GOOD))
    commit.run(actor=OPERATOR, now=NOW, import_id=imported.public_id)
    before = counts(home)

    commit.run(actor=OPERATOR, now=NOW, import_id=imported.public_id)

    assert counts(home) == before


def test_a_number_with_other_content_is_refused(home: Community) -> None:
    bring_in(home, content(GOOD))

    changed = read(home, content(GOOD.replace("55.94", "55.95"), OPEN))

    assert verdicts(changed)[0] == (
        2,
        "refused",
        "duplicate number: an invoice with this number is there already and says something else",
    )
    with pytest.raises(errors.Refused, match="1 of its rows are refused, so nothing was imported"):
        commit.run(actor=OPERATOR, now=NOW, import_id=changed.public_id)
    assert not Invoice.objects.filter(biller_id=home.id, number="1002").exists()


def test_the_same_number_at_another_biller_is_no_duplicate(home: Community) -> None:
    bring_in(home, content(GOOD))
    assert bring_in(Community("Oak Hill"), content(GOOD)).accepted == 1


def test_a_number_twice_in_one_file_refuses_the_second(home: Community) -> None:
    imported = read(home, content(GOOD, OPEN, GOOD))
    assert verdicts(imported)[2] == (4, "refused", "duplicate number: it is also in line 2")


def test_one_account_cannot_have_two_names_in_one_file(home: Community) -> None:
    head = "account,number,issued_on,due_on,line_amount,holder_name"
    rows = ("A,1,2026-01-01,2026-02-01,5.00,Ann", "A,2,2026-01-01,2026-02-01,5.00,Anne")
    imported = read(home, content(*rows, head=head), mapping.OWN)
    assert verdicts(imported)[1] == (3, "refused", "the account has another name or payer in line 2")


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (
            content(GOOD) + b"C-\xff,1,1/2/2026,2/1/2026,1.00,No,",
            "Line 3: A character here is not UTF-8 text",
        ),
        (content("x", head="customerID,invoiceNumber,InvoiceDate,DueDate"), 'no column "InvoiceAmount"'),
        (b"", "The file is empty"),
        (content(GOOD, 'C-2,"1002'), "not readable as CSV"),
    ],
)
def test_a_broken_file_is_refused_whole_and_leaves_nothing_behind(
    home: Community, raw: bytes, says: str
) -> None:
    before = counts(home)
    with pytest.raises(reading.BrokenFile, match=says):
        read(home, raw)
    assert counts(home) == before
    assert not Row.objects.filter(biller_id=home.id).exists()


def test_a_file_over_the_limit_is_not_even_stored(home: Community) -> None:
    too_big = stage.Upload("big.csv", reading.MOST_BYTES + 1, iter(()))
    with pytest.raises(reading.BrokenFile, match="the limit is 100 MB"):
        stage.run(actor=OPERATOR, now=NOW, upload=too_big, order=stage.Order(home.key, IBM))
    assert not Import.objects.filter(biller_id=home.id).exists()


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (GOOD.replace("55.94", "-55.94"), 'the total "-55.94" is negative'),
        (GOOD.replace("C-1", "=HYPERLINK(1)"), 'a cell begins like a formula: "=HYPERLINK(1)"'),
        (GOOD + ",extra", "8 cells where the header has 7"),
        (
            GOOD.replace("1/2/2026", "13/2/2026"),
            'the issue date "13/2/2026" is not a date in the form M/D/YYYY',
        ),
    ],
)
def test_one_refused_row_stops_the_whole_import(home: Community, row: str, reason: str) -> None:
    before = counts(home)
    imported = read(home, content(OPEN, row))
    assert verdicts(imported)[1] == (3, "refused", reason)
    with pytest.raises(errors.Refused, match="nothing was imported"):
        commit.run(actor=OPERATOR, now=NOW, import_id=imported.public_id)
    assert counts(home) == before


def test_our_own_format_brings_lines_payers_and_addresses(home: Community) -> None:
    head = (
        "account,number,issued_on,due_on,line_description,line_amount,holder_name,payer_name,payer_email,memo"
    )
    start = "MC-1,9001,2026-11-01,2026-12-01"
    rows = (
        f'{start},Monthly rent,"3,450.00",Eleanor Whitfield,Susan Whitfield,Susan@Example.org,Room 12',
        f"{start},Discount,-50.00,Eleanor Whitfield,Susan Whitfield,susan@example.org,Room 12",
    )
    bring_in(home, content(*rows, head=head), mapping.OWN)

    invoice = Invoice.objects.get(biller_id=home.id)
    lines = InvoiceLine.objects.filter(invoice=invoice).order_by("position")
    assert list(lines.values_list("description", "amount_minor")) == [
        ("Monthly rent", 345_000),
        ("Discount", -5_000),
    ]
    payer = Payer.objects.get(pk=invoice.payer_id)
    assert (invoice.total_minor, invoice.memo, payer.email) == (340_000, "Room 12", "susan@example.org")
    demand_sound_books(home)


def test_an_account_that_is_there_keeps_its_name_and_its_default_payer(home: Community) -> None:
    account = home.add_account("Eleanor Whitfield", "C-1")
    payer = home.add_payer(account=account)

    bring_in(home, content(GOOD))

    assert Invoice.objects.get(biller_id=home.id).payer_id == payer.id
    assert BillingAccount.objects.get(pk=account.id).holder_name == "Eleanor Whitfield"


def test_an_account_without_a_payer_is_refused(home: Community) -> None:
    home.add_account("Eleanor Whitfield", "C-1")
    (verdict,) = verdicts(read(home, content(GOOD)))
    assert verdict[2].startswith("the account is there already but nobody pays for it")


def test_a_reading_that_broke_off_goes_on_where_it_stopped(
    home: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stage, "PIECE_ROWS", 2)
    raw = content(*(GOOD.replace("1001", str(2000 + n)) for n in range(7)))
    seen = 0

    def kill(done: int) -> None:
        nonlocal seen
        seen += 1

    def crash(*, imported: Import, drafts: list[Draft]) -> None:
        if Row.objects.filter(imported=imported).count() >= 4:
            raise KeyboardInterrupt
        whole(imported=imported, drafts=drafts)

    whole = stage.import_operations.stage
    monkeypatch.setattr(stage.import_operations, "stage", crash)
    with pytest.raises(KeyboardInterrupt):
        read(home, raw)
    monkeypatch.setattr(stage.import_operations, "stage", whole)

    imported = read(home, raw)

    assert Import.objects.filter(biller_id=home.id).count() == 1
    assert (imported.accepted, Row.objects.filter(imported_id=imported.id).count()) == (7, 7)


def test_the_uploaded_bytes_are_kept_and_the_act_is_audited(home: Community) -> None:
    raw = content(GOOD)
    done = bring_in(home, raw)

    assert file_queries.read(id=done.file_id) == raw
    event = AuditEvent.objects.get(biller_id=home.id, action="import.committed")
    assert (event.object_ref, event.details["imported"]) == (done.public_id, 1)
    assert json.loads(json.dumps(event.details))["unchanged"] == 0


def test_only_staff_with_the_permission_import_and_only_for_their_biller(home: Community) -> None:
    order = stage.Order(home.key, IBM)
    for actor in (home.add_staff(permissions.VIEWER), Community("Oak Hill").staff):
        with pytest.raises(errors.NotPermitted):
            stage.run(actor=actor, now=NOW, upload=upload(content(GOOD)), order=order)
    imported = read(home, content(GOOD))
    with pytest.raises(errors.NotFound):
        commit.run(actor=Community("Elm").staff, now=NOW, import_id=imported.public_id)
    assert not Invoice.objects.filter(biller_id=home.id).exists()


def test_a_thousand_rows_more_cost_a_handful_of_statements(home: Community) -> None:
    def statements(rows: int, start: int) -> int:
        raw = content(*(GOOD.replace("1001", str(start + n)) for n in range(rows)))
        imported = read(home, raw)
        with CaptureQueriesContext(
            connection,
        ) as seen:
            commit.run(actor=OPERATOR, now=NOW, import_id=imported.public_id)
        return len(seen)

    few = statements(10, 10_000)
    many = statements(1_000, 20_000)
    assert many <= few + 4


def real_file() -> pathlib.Path:
    folder = os.environ.get("COUNTERFOIL_REAL_DATA")
    if not folder:
        pytest.skip("COUNTERFOIL_REAL_DATA is not set: the real file was not tried")
    return pathlib.Path(folder) / "ibm-accounts-receivable.csv"


def test_the_real_file_comes_in_whole_and_the_books_hold(home: Community) -> None:
    raw = real_file().read_bytes()

    done = bring_in(home, raw, as_of=date(2013, 6, 30))

    assert (done.accepted, done.unchanged, done.refused) == (2_466, 0, 0)
    assert BillingAccount.objects.filter(biller_id=home.id).count() == 100
    invoices = Invoice.objects.filter(biller_id=home.id)
    assert (invoices.filter(status="paid").count(), invoices.filter(status="open").count()) == (1_846, 620)
    assert invoices.filter(is_disputed=True).count() == 561
    assert sum(invoices.values_list("total_minor", flat=True)) == 14_770_318
    demand_sound_books(home)
    before = counts(home)
    assert bring_in(home, raw, as_of=date(2013, 6, 30)).unchanged == 2_466
    assert counts(home) == before
