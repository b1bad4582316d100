"""One account, one payer, one invoice, one payment: what stands on each page."""

from __future__ import annotations

from django.test import Client
from django.urls import reverse

from counterfoil.core.actor import WORKER
from counterfoil.desk import portal_access, timeline
from counterfoil.flows.payments import settle_matured
from counterfoil.invoices.drafts import NewLine
from counterfoil.payers import access_queries as payer_access, queries as payer_queries
from counterfoil.payers.rows import AccountRow, PayerRow
from counterfoil.payments import queries as payment_queries
from tests.factories.world import World


def path(world: World, name: str, *refs: str) -> str:
    return reverse(f"desk-{name}", args=[world.key, *refs])


def account(world: World) -> AccountRow:
    return payer_queries.list_accounts_by_ids(actor=world.staff, account_ids=[world.account_id])[0]


def payer(world: World) -> PayerRow:
    return payer_queries.list_payers_by_ids(actor=world.staff, payer_ids=[world.payer_id])[0]


def test_an_account_shows_all_of_it(world: World, desk: Client) -> None:
    world.invoice(NewLine("October care", 45_050), due_in=-40)
    world.invoice(NewLine("Salon", 4_500), due_in=-3)
    rent = world.invoice(NewLine("Monthly rent", 320_000))
    payment = world.pay(world.bank(), [(rent.public_id, 320_000)])
    answer = desk.get(path(world, "account", account(world).public_id))
    page = answer.content.decode()
    assert answer.context["outstanding_minor"] == 49_550
    assert answer.context["pending_minor"] == 320_000
    assert sum(part.amount_minor for part in answer.context["aging"]) == 49_550
    for words in (
        "Eleanor Whitfield",
        "•••• 6789",
        payment.number,
        rent.number,
        "Receipt",
        "Not invited",
        "$495.50",
    ):
        assert words in page
    assert "000123456789" not in page


def test_an_invoice_shows_its_lines_and_payments(world: World, desk: Client) -> None:
    invoice = world.invoice(NewLine("Monthly rent", 320_000), NewLine("Medication", 18_500))
    payment = world.pay(world.bank(), [(invoice.public_id, 100_000)])
    page = desk.get(path(world, "invoice", invoice.public_id)).content.decode()
    for words in ("Medication", "$185.00", "$3,385.00", payment.number, "Payment of $1,000.00 pending."):
        assert words in page


def test_a_payment_shows_its_timeline_and_what_was_agreed(world: World, desk: Client) -> None:
    invoice = world.invoice()
    payment = world.pay(world.bank(), [(invoice.public_id, 320_000)])
    answer = desk.get(path(world, "payment", payment.public_id))
    moments = answer.context["timeline"]
    assert [moment.title for moment in moments if not moment.is_ahead] == [
        "Submitted",
        "Accepted by the bank, pending",
    ]
    # Taken on Monday the 23rd; Thanksgiving is the Thursday after.
    assert [(moment.title, str(moment.on)) for moment in moments if moment.is_ahead] == [
        ("Money arrives", "2026-11-24"),
        ("Counts as Paid", "2026-11-30"),
    ]
    page = answer.content.decode()
    assert "By Eleanor Whitfield" in page
    assert "I, Eleanor Whitfield, authorize Maple Court" in page
    assert f"{payment.public_id}-1" in page


def test_a_decline_says_why_with_the_code_small(world: World, desk: Client) -> None:
    world.invoice()
    payment = world.pay(world.card("4000000000009995"))
    page = desk.get(path(world, "payment", payment.public_id)).content.decode()
    assert "There was not enough money available." in page
    assert payment.reason_code
    assert payment.reason_code in page


def test_a_return_reopens_what_it_paid_and_staff_see_why(world: World, desk: Client) -> None:
    invoice = world.invoice()
    payment = world.pay(world.bank("000111111116"), [(invoice.public_id, 320_000)])
    for _ in range(6):
        world.sandbox.wait(days=1)
        world.deliver()
    settle_matured.run(actor=WORKER, now=world.now, biller_id=world.biller_id)
    row = payment_queries.get(actor=world.staff, public_id=payment.public_id)
    assert row.public_status == "Returned"
    moments = timeline.of(
        payment=row, events=payment_queries.list_events(actor=world.staff, payment_id=row.id)
    )
    assert (moments[-1].title, moments[-1].code) == ("Returned by the bank", "R01")
    assert moments[-1].note == "There was not enough money in the account."
    page = desk.get(path(world, "payment", payment.public_id)).content.decode()
    assert "Given back" in page
    [line] = desk.get(path(world, "undeposited"), {"show": "failed"}).context["lines"]
    assert line.row.public_id == payment.public_id
    assert desk.get(path(world, "undeposited")).context["lines"] == []


def test_undeposited_shows_a_payment_from_the_second_it_is_submitted(world: World, desk: Client) -> None:
    invoice = world.invoice()
    assert "Nothing waits for a deposit" in desk.get(path(world, "undeposited")).content.decode()
    payment = world.pay(world.bank(), [(invoice.public_id, 320_000)])
    answer = desk.get(path(world, "undeposited"))
    [line] = answer.context["lines"]
    assert (line.row.public_id, line.origin, str(line.expected_on)) == (
        payment.public_id,
        "Portal",
        "2026-11-24",
    )
    page = answer.content.decode()
    for words in ("Eleanor Whitfield", invoice.number, "•••• 6789", "$3,200.00", "Pending", "Nov 24, 2026"):
        assert words in page


def test_a_payer_is_changed_and_the_login_is_not(world: World, desk: Client) -> None:
    ref = payer(world).public_id
    form = {
        "name": "Eleanor M. Whitfield",
        "email": "Ellie@Example.test",
        "phone": "312-555-0100",
        "locale": "es",
        "invoice_preference": "mail",
    }
    answer = desk.post(path(world, "payer-edit", ref), form)
    assert answer.headers["Location"] == path(world, "payer", ref)
    changed = payer(world)
    assert (changed.name, changed.email, changed.phone, changed.locale) == (
        "Eleanor M. Whitfield",
        "ellie@example.test",
        "(312) 555-0100",
        "es",
    )
    assert "Eleanor M. Whitfield" in desk.get(path(world, "payer", ref)).content.decode()


def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_stays(world: World, desk: Client) -> None:
    ref = payer(world).public_id
    form = {
        "name": "",
        "email": "nonsense",
        "phone": "4242 4242 4242 4242",
        "locale": "xx",
        "invoice_preference": "",
    }
    answer = desk.post(path(world, "payer-edit", ref), form)
    assert set(answer.context["form"].errors) == set(form)
    assert 'value="nonsense"' in answer.content.decode()
    assert payer(world).name == "Eleanor Whitfield"


def test_access_in_a_word(world: World) -> None:
    [row] = payer_access.map_access(actor=world.staff, payer_ids=[world.payer_id]).values()
    line = portal_access.line(access=row, now=world.now)
    assert (line.words, line.can_invite, line.is_waiting) == ("Not invited", True, False)


def test_staff_download_what_the_payer_has(world: World, desk: Client) -> None:
    invoice = world.invoice()
    payment = world.pay(world.card(), [(invoice.public_id, 320_000)])
    for name, ref, filename in (
        ("invoice-pdf", invoice.public_id, f"invoice-{invoice.number}.pdf"),
        ("receipt", payment.public_id, f"receipt-{payment.number}.pdf"),
    ):
        answer = desk.get(path(world, name, ref))
        assert answer.content.startswith(b"%PDF-1.7")
        assert answer.headers["Content-Disposition"] == f'attachment; filename="{filename}"'
