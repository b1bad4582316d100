"""Documents: statements and summaries as the books say, authorizations word for word, all of them one's own."""

from __future__ import annotations

import csv
import hashlib
import io
from datetime import date

import pypdf
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from counterfoil.agreements.models import Authorization
from counterfoil.core import db
from counterfoil.core.actor import OPERATOR
from counterfoil.invoices.drafts import NewLine
from counterfoil.payers import operations as payer_operations, queries as payer_queries
from tests.factories.world import World
from tests.portal.conftest import Joins

pytestmark = pytest.mark.django_db
PAGE = "/billing/documents/"
KINDS = ("statements", "years", "invoices", "receipts", "authorizations")


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    assert answer.headers["Content-Type"] == "application/pdf"
    reader = pypdf.PdfReader(io.BytesIO(answer.content))
    assert reader.root_object["/MarkInfo"]["/Marked"]  # type: ignore[index]
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def first_pdf(client: Client, show: str) -> str:
    page = client.get(f"{PAGE}?show={show}").content.decode()
    return next(
        part.split('"')[0].replace("&amp;", "&")
        for part in page.split('href="')[1:]
        if ".pdf" in part.split('"')[0]
    )


def own(world: World) -> tuple[str, str]:
    [payer] = payer_queries.list_payers_by_ids(actor=OPERATOR, payer_ids=[world.payer_id])
    [account] = payer_queries.list_accounts_by_ids(actor=OPERATOR, account_ids=[world.account_id])
    return payer.public_id, account.public_id


@pytest.mark.parametrize("show", KINDS)
def test_every_kind_has_a_list_with_and_without_anything_in_it(world: World, ruth: Client, show: str) -> None:
    assert "yet" in ruth.get(f"{PAGE}?show={show}").content.decode()
    invoice = world.invoice(NewLine("Rent", 10_000))
    world.pay(world.card(), [(invoice.public_id, 10_000)])
    page = ruth.get(f"{PAGE}?show={show}").content.decode()

    assert ".pdf" in page
    assert 'aria-current="page">Documents' in page


def test_the_statement_of_this_month_says_what_the_books_say(world: World, ruth: Client) -> None:
    invoice = world.invoice(NewLine("Rent", 320_000))
    payment = world.pay(world.card(), [(invoice.public_id, 20_000)])
    world.pay(world.bank(), [(invoice.public_id, 7_500)])
    text = text_of(ruth, first_pdf(ruth, "statements"))

    assert f"Invoice {invoice.number}" in text
    assert f"Payment {payment.number}" in text
    assert "Opening balance $0.00" in text
    assert "Closing balance $3,200.00 $200.00 $3,000.00" in text
    assert "$75.00 is on its way and not counted yet." in text
    assert "Eleanor Whitfield" in text
    assert "(555) 555-0142" in text


def test_a_period_of_ones_own_is_checked_and_led_to(world: World, ruth: Client) -> None:
    world.invoice()
    form = f"{PAGE}statements/"
    lead = ruth.get(form, {"first": "2026-01-01", "last": "2026-03-31"})
    assert lead.status_code == 302
    assert "Jan 1, 2026 to Mar 31, 2026" in text_of(ruth, lead.headers["Location"])

    for given, said in (
        ({"first": "", "last": "2026-03-31"}, "Choose the first day."),
        ({"first": "2026-03-31", "last": "2026-01-01"}, "The last day is before the first."),
        ({"first": "2199-03-31", "last": "2199-04-01"}, "This day is still ahead."),
        ({"first": "2001-01-01", "last": "2026-01-01"}, "Choose at most three years."),
        ({"first": "soon", "last": "later"}, "Enter a valid date."),
        ({"of": "pyr_x.acc_y", "first": "2026-01-01", "last": "2026-01-02"}, "Select a valid choice."),
    ):
        page = ruth.get(form, given).content.decode()
        assert said in page, given
        assert 'name="last"' in page


@pytest.mark.parametrize(
    "query", ["", "?first=x&last=y", "?first=2026-05-01&last=2020-01-01", "?first=0001-01-01&last=9999-12-31"]
)
def test_a_period_that_cannot_be_read_is_this_month(world: World, ruth: Client, query: str) -> None:
    world.invoice()
    payer, account = own(world)
    assert "Statement of account" in text_of(
        ruth, f"{PAGE}statements/{payer}/{account}/statement.pdf?{query}"
    )


def test_the_yearly_summary_is_proof_for_taxes(world: World, ruth: Client) -> None:
    invoice = world.invoice(NewLine("Rent, November", 300_000), NewLine("Therapy", 20_000))
    payment = world.pay(world.card(), [(invoice.public_id, 320_000)])
    text = text_of(ruth, first_pdf(ruth, "years"))

    assert f"Yearly summary {world.today.year}" in text
    assert "Rent $3,000.00 Therapy $200.00 Total $3,200.00" in text
    assert payment.number in text
    assert "The year is not over" in text
    payer, _account = own(world)
    assert ruth.get(f"{PAGE}years/{payer}/{world.today.year + 1}/summary.pdf").status_code == 404
    assert "Nothing was paid" in text_of(ruth, f"{PAGE}years/{payer}/2001/summary.pdf")


def test_an_authorization_is_word_for_word_with_its_evidence(world: World, ruth: Client) -> None:
    invoice = world.invoice()
    world.pay(world.bank(), [(invoice.public_id, 5_000)])
    row = Authorization.objects.filter(kind="single").latest("pk")
    text = text_of(ruth, f"{PAGE}authorizations/{row.public_id}/authorization.pdf")

    for paragraph in row.text.split("\n\n"):
        assert " ".join(paragraph.split()) in text
    assert hashlib.sha256(row.text.encode()).hexdigest() in text.replace(" ", "")
    assert "For one payment" in text
    assert row.template_version in text
    page = ruth.get(f"{PAGE}?show=authorizations").content.decode()
    assert "$50.00" in page
    assert "Submit Payment" in page


def test_one_that_was_taken_back_says_so(world: World, ruth: Client) -> None:
    world.pay(world.bank(), [(world.invoice().public_id, 5_000)])
    Authorization.objects.update(revoked_at=world.now)
    row = Authorization.objects.latest("pk")

    assert "Taken back" in ruth.get(f"{PAGE}?show=authorizations").content.decode()
    assert "Taken back" in text_of(ruth, f"{PAGE}authorizations/{row.public_id}/authorization.pdf")


def test_the_table_of_a_year_opens_in_a_spreadsheet(world: World, ruth: Client) -> None:
    invoice = world.invoice()
    paid = world.pay(world.card(), [(invoice.public_id, 5_000)])
    world.pay(world.card("4000000000009995"), [(invoice.public_id, 1_250)])
    answer = ruth.get(f"{PAGE}transactions.csv", {"year": str(world.today.year)})
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))

    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert [(row["Status"], row["Total"]) for row in rows] == [("Declined", "12.50"), ("Paid", "50.00")]
    assert rows[1]["Payment number"] == paid.number
    assert rows[1]["Invoices"] == invoice.number
    assert date.fromisoformat(rows[1]["Date"]) == world.today
    for nonsense in ("", "abc", "99999", "0000", "²²²²"):
        assert ruth.get(f"{PAGE}transactions.csv", {"year": nonsense}).status_code == 200


def test_documents_speak_spanish_outside_of_what_was_signed(world: World, ruth: Client) -> None:
    world.pay(world.card(), [(world.invoice().public_id, 5_000)])
    ruth.post("/language/", {"language": "es", "next": "/"})
    answer = ruth.get(first_pdf(ruth, "years"))

    assert pypdf.PdfReader(io.BytesIO(answer.content)).root_object["/Lang"] == "es-US"


@pytest.mark.parametrize(("profile", "sees"), [("billing", True), ("see-only", True), ("pay-only", False)])
def test_documents_are_for_those_whose_profile_shows_them(
    world: World, join: Joins, profile: str, sees: bool
) -> None:
    world.pay(world.card(), [(world.invoice().public_id, 5_000)])
    client = join(email="eve@example.test", profile=profile)
    payer, account = own(world)
    row = Authorization.objects.latest("pk")
    for address in (
        PAGE,
        f"{PAGE}statements/",
        f"{PAGE}statements/{payer}/{account}/statement.pdf",
        f"{PAGE}years/{payer}/{world.today.year}/summary.pdf",
        f"{PAGE}transactions.csv",
        f"{PAGE}authorizations/{row.public_id}/authorization.pdf",
    ):
        assert client.get(address).status_code == (200 if sees else 404), address
    assert (PAGE.encode() in client.get("/").content) == sees
    assert (PAGE.encode() in client.get("/billing/payments/").content) == sees


def test_somebody_elses_documents_are_not_there(world: World, ruth: Client, join: Joins) -> None:
    world.pay(world.card(), [(world.invoice().public_id, 5_000)])
    payer, account = own(world)
    row = Authorization.objects.latest("pk")
    _, rose_id = world.add_resident("Rose Kim")
    rose = join(rose_id, email="rose@example.test")
    [rose_payer] = payer_queries.list_payers_by_ids(actor=OPERATOR, payer_ids=[rose_id])
    for address in (
        f"{PAGE}statements/{payer}/{account}/statement.pdf",
        f"{PAGE}statements/{rose_payer.public_id}/{account}/statement.pdf",
        f"{PAGE}years/{payer}/{world.today.year}/summary.pdf",
        f"{PAGE}authorizations/{row.public_id}/authorization.pdf",
    ):
        assert rose.get(address).status_code == 404, address
    assert len(rose.get(f"{PAGE}transactions.csv").content.splitlines()) == 1
    for show in KINDS:
        assert ".pdf" not in rose.get(f"{PAGE}?show={show}").content.decode()


@pytest.mark.parametrize("show", KINDS)
def test_many_documents_take_as_many_queries_as_few(world: World, ruth: Client, show: str) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as caught:
            ruth.get(f"{PAGE}?show={show}")
        return sum("core_clock" not in query["sql"] for query in caught.captured_queries)

    card = world.card()
    world.pay(card, [(world.invoice().public_id, 1_000)])
    ruth.get(PAGE)
    few = count()
    for _ in range(6):
        world.pay(card, [(world.invoice().public_id, 1_000)])
    account_id, _ = world.add_resident("Rose Kim")
    with db.transaction():
        link = payer_operations.NewLink(account_id=account_id, payer_id=world.payer_id, is_default=False)
        payer_operations.link_many(biller_id=world.biller_id, new=[link])
    assert count() == few
    assert few <= 14
