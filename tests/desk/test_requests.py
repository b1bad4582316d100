"""Requests at the desk: who waits, answering, closing; a viewer reads only."""

from __future__ import annotations

import pytest
from pytest_django import Settings

from counterfoil.core import clock
from counterfoil.flows.invoices import issue
from counterfoil.flows.requests import open as open_request
from counterfoil.identity import permissions
from counterfoil.invoices import queries as invoice_queries
from counterfoil.invoices.drafts import NewInvoice, NewLine
from counterfoil.requests.drafts import NewRequest
from counterfoil.requests.models import Message
from tests.factories import people, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def community(db: None, settings: Settings) -> people.Community:
    settings.COUNTERFOIL_MFA_REQUIRED = False
    return people.Community()


def ask(community: people.Community, text: str = "Which visit?") -> str:
    account = community.add_account()
    payer = community.add_payer(account=account, email="daniel@example.test")
    actor = community.join(payer)
    day = clock.now().date()
    draft = NewInvoice(
        biller_id=community.id,
        account_id=account.id,
        payer_id=payer.id,
        number=f"INV-{account.number}",
        issued_on=day,
        due_on=day,
        currency="USD",
        lines=(NewLine("Rent", 100_000),),
    )
    ids = issue.run(actor=community.staff, now=clock.now(), biller_id=community.id, drafts=[draft])
    [invoice] = invoice_queries.list_by_ids(actor=actor, invoice_ids=list(ids.values()))
    new = NewRequest(kind="invoice", subject_ref=invoice.public_id, topic="charge", text=text, key="k")
    return open_request.run(actor=actor, now=clock.now(), new=new)


def test_staff_see_who_waits_and_answer(community: people.Community) -> None:
    ref = ask(community)
    staff = signed_in.staff(community.id, now=people.NOW, role=permissions.BILLING)
    home = f"/desk/{community.key}/requests/"
    assert b"Daniel Whitfield" in staff.get(home).content
    page = staff.get(f"{home}{ref}/").content.decode()
    assert "Which visit?" in page
    assert "I do not understand a charge" in page
    key = page.split('name="key" value="')[1].split('"')[0]
    sent = [staff.post(f"{home}{ref}/", {"text": "The 12th.", "key": key}) for _ in range(2)]

    assert [answer.status_code for answer in sent] == [302, 302]
    assert Message.objects.filter(is_from_staff=True).count() == 1
    assert b"Nobody waits for an answer" in staff.get(home).content
    assert b"Daniel Whitfield" in staff.get(f"{home}?show=answered").content
    assert b"The 12th." in staff.get(f"{home}{ref}/").content


def test_a_refused_answer_keeps_what_was_typed(community: people.Community) -> None:
    ref = ask(community)
    staff = signed_in.staff(community.id, now=people.NOW)
    typed = {"text": "Your SSN is 123-45-6789", "key": "x"}
    page = staff.post(f"/desk/{community.key}/requests/{ref}/", typed).content.decode()

    assert "Please remove the Social Security number." in page
    assert "Your SSN is 123-45-6789" in page
    assert Message.objects.count() == 1


def test_closing_ends_it(community: people.Community) -> None:
    ref = ask(community)
    staff = signed_in.staff(community.id, now=people.NOW)
    here = f"/desk/{community.key}/requests/{ref}/"
    assert b"The request is closed." in staff.post(f"{here}close/", follow=True).content
    assert b"Send Answer" not in staff.get(here).content
    assert b"This request is closed." in staff.post(here, {"text": "Late", "key": "x"}).content


def test_a_viewer_reads_only(community: people.Community) -> None:
    ref = ask(community)
    viewer = signed_in.staff(community.id, now=people.NOW, role=permissions.VIEWER)
    here = f"/desk/{community.key}/requests/{ref}/"
    page = viewer.get(here)

    assert page.status_code == 200
    assert b"Send Answer" not in page.content
    assert viewer.post(here, {"text": "Hello", "key": "x"}).status_code == 404
    assert viewer.post(f"{here}close/").status_code == 404
    assert Message.objects.count() == 1


def test_what_a_payer_wrote_is_never_code(community: people.Community) -> None:
    ref = ask(community, "<script>alert(1)</script>")
    staff = signed_in.staff(community.id, now=people.NOW)
    page = staff.get(f"/desk/{community.key}/requests/{ref}/").content

    assert b"<script>alert" not in page
    assert b"&lt;script&gt;alert" in page
