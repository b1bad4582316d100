"""Messages: what was sent is read again, what comes is chosen, reminders stop by one click, codes are confirmed."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from counterfoil.core import clock, db, errors, tokens
from counterfoil.core.actor import OPERATOR
from counterfoil.flows.notices import choose, stop
from counterfoil.notices import (
    models as notice_models,
    operations as notice_operations,
    queries as notice_queries,
    rendering,
)
from counterfoil.payers import queries as payer_queries
from tests.factories.world import World
from tests.notices.test_rendering import DATA

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_limit_is_used_up() -> None:
    cache.clear()


def sent(
    world: World, key: str = "invoice_overdue", *, payer_id: int = 0, **changes: Any
) -> notice_models.Notice:
    """Queue a message to the world's payer and call it sent."""
    with db.transaction():
        public_id = notice_operations.queue(
            now=clock.now(),
            biller_id=world.biller_id,
            key=key,
            to_email="susan@example.test",
            payer_id=payer_id or world.payer_id,
            locale=changes.pop("locale", "en"),
            zone="America/Chicago",
            data=DATA[key] | changes,
            subject_ref=f"inv_{world.key}",
        )
        delivery = notice_models.Delivery.objects.get(notice__public_id=public_id)
        claimed = notice_operations.claim(delivery_id=delivery.pk, now=clock.now())
        assert claimed is not None
        notice_operations.record_sent(
            delivery_id=delivery.pk, attempt=1, body_sha256="0" * 64, now=clock.now()
        )
    return notice_models.Notice.objects.get(public_id=public_id)


def choices_of(world: World) -> dict[str, bool]:
    return notice_queries.chosen(payer_ids=[world.payer_id]).get(world.payer_id, {})


def payer_ref(world: World) -> str:
    return payer_queries.list_payers_by_ids(actor=OPERATOR, payer_ids=[world.payer_id])[0].public_id


def without_address(page: str, path: str) -> str:
    """Return a page without what differs by its nature: its own address, and tokens and nonces drawn for it."""
    return re.sub(r'(csrfmiddlewaretoken" value|nonce)="[^"]*"', "", page.replace(path, ""))


def test_the_address_in_every_mail_is_that_of_the_page() -> None:
    assert reverse("portal-genuine") == rendering.GENUINE_PATH
    assert reverse("portal-stop-reminders", args=["x"]) == f"{stop.PATH}x/"


def test_a_code_is_confirmed_however_it_is_typed(world: World, client: Client) -> None:
    code = sent(world).code
    for typed in (code, code.lower(), code.replace("-", " "), f" {code} "):
        page = client.post("/messages/check/", {"code": typed}).content.decode()
        assert "Yes. Maple Court sent a message with this code" in page
        assert "an address beginning with s***" in page
        assert "Reminder about an invoice" in page


def test_the_confirmation_gives_nothing_else_away(world: World, client: Client) -> None:
    page = client.post("/messages/check/", {"code": sent(world).code}).content.decode()
    for hidden in ("susan", "Whitfield", "4,375", "1001", "past the due"):
        assert hidden not in page


def test_a_code_that_is_not_ours_says_what_to_do(world: World, client: Client) -> None:
    for typed in ("BCDF-2345", "no code", "x" * 40, "ÄÖÜß-1234"):
        page = client.post("/messages/check/", {"code": typed}).content.decode()
        assert "No. We sent no message with this code" in page
        assert "Do not follow its links" in page
    assert "This field is required" in client.post("/messages/check/", {"code": ""}).content.decode()


def test_a_message_that_was_not_sent_yet_is_not_confirmed(world: World, client: Client) -> None:
    with db.transaction():
        public_id = notice_operations.queue(
            now=clock.now(), biller_id=world.biller_id, key="invoice_new", to_email="a@example.test",
            locale="en", zone="UTC", data=DATA["invoice_new"], subject_ref="inv_x",
        )  # fmt: skip
    code = notice_models.Notice.objects.get(public_id=public_id).code
    assert "No. We sent no" in client.post("/messages/check/", {"code": code}).content.decode()


def test_codes_cannot_be_tried_through(world: World, client: Client) -> None:
    code = sent(world).code
    answers = [client.post("/messages/check/", {"code": "BCDF-2345"}).status_code for _ in range(21)]
    assert answers == [200] * 20 + [429]
    refused = client.post("/messages/check/", {"code": code})
    assert refused.status_code == 429
    assert "Yes." not in refused.content.decode()


def test_one_click_of_a_mailbox_stops_reminders_and_says_nothing(world: World) -> None:
    notice = sent(world)
    path = stop.path_of(public_id=notice.public_id, key=notice.key)
    mailbox = Client(enforce_csrf_checks=True)

    assert "Maple" not in mailbox.get(path).content.decode()
    assert choices_of(world) == {}
    done = mailbox.post(path, "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded")

    assert done.status_code == 200
    assert choices_of(world) == {"reminders": False}
    assert notice_queries.wanting(payer_ids=[world.payer_id], switch="reminders") == set()
    assert notice_queries.wanting(payer_ids=[world.payer_id], switch="invoices") == {world.payer_id}


def test_a_link_that_is_not_ours_looks_the_same_and_changes_nothing(world: World, client: Client) -> None:
    notice = sent(world)
    path = stop.path_of(public_id=notice.public_id, key=notice.key)
    good = without_address(client.post(path).content.decode(), path)
    before = choices_of(world)
    for token in ("nonsense", f"{notice.public_id}.AAAA", tokens.sign("ntc_none", purpose=stop.PURPOSE)):
        bad = client.post(f"/messages/stop/{token}/")
        assert without_address(bad.content.decode(), f"/messages/stop/{token}/") == good
    assert choices_of(world) == before


def test_only_reminders_can_be_stopped_by_a_click(world: World, client: Client) -> None:
    notice = sent(world, "invoice_new")
    assert stop.path_of(public_id=notice.public_id, key="invoice_new") == ""
    assert stop.path_of(public_id=notice.public_id, key="payment_receipt") == ""
    client.post(f"{stop.PATH}{tokens.sign(notice.public_id, purpose=stop.PURPOSE)}/")
    assert choices_of(world) == {}


def test_a_payer_chooses_what_comes_and_in_which_language(world: World, ruth: Client) -> None:
    ref = payer_ref(world)
    page = ruth.get("/messages/preferences/").content.decode()
    assert "The law asks us to tell you before money is taken." in page
    assert page.count("checked") == 3  # invoices, reminders, English

    given = {"payer": ref, f"{ref}-paid": "on", f"{ref}-invoices": "on", f"{ref}-locale": "es"}
    answer = ruth.post("/messages/preferences/", given, follow=True)

    assert "Your choice was saved." in answer.content.decode()
    assert choices_of(world) == {"reminders": False, "paid": True}
    assert payer_queries.list_payers_by_ids(actor=OPERATOR, payer_ids=[world.payer_id])[0].locale == "es"


def test_nobody_chooses_for_others(world: World, ruth: Client) -> None:
    _, other_id = world.add_resident("Nora Neighbor", "nora@example.test")
    ref = payer_queries.list_payers_by_ids(actor=OPERATOR, payer_ids=[other_id])[0].public_id
    given = {"payer": ref, f"{ref}-locale": "en"}
    assert ruth.post("/messages/preferences/", given).status_code == 404
    assert notice_queries.chosen(payer_ids=[other_id]) == {}


def test_a_language_we_do_not_speak_is_named_beside_the_field(world: World, ruth: Client) -> None:
    ref = payer_ref(world)
    answer = ruth.post("/messages/preferences/", {"payer": ref, f"{ref}-locale": "tlh"})
    assert answer.status_code == 200
    assert choices_of(world) == {}


def test_messages_are_listed_and_read_again_in_their_language(world: World, ruth: Client) -> None:
    notice = sent(world, "payment_returned", locale="es")
    page = ruth.get("/messages/").content.decode()
    assert f"/messages/{notice.public_id}/" in page
    assert "Español" in page

    page = ruth.get(f"/messages/{notice.public_id}/").content.decode()
    assert notice.code in page
    assert "susan@example.test" in page
    assert "devolvió" in page


def test_an_invitations_secret_is_not_read_again(world: World, ruth: Client) -> None:
    notice = sent(world, "invitation")
    page = ruth.get(f"/messages/{notice.public_id}/").content.decode()
    assert "Set Up My Access" not in page
    assert "secret" not in page


def test_messages_to_others_are_not_found(world: World, ruth: Client) -> None:
    _, other_id = world.add_resident("Nora Neighbor", "nora@example.test")
    notice = sent(world, payer_id=other_id)
    assert ruth.get(f"/messages/{notice.public_id}/").status_code == 404
    assert notice.public_id not in ruth.get("/messages/").content.decode()


def test_a_message_that_can_no_longer_be_worded_shows_its_topic(world: World, ruth: Client) -> None:
    notice = sent(world)
    notice_models.Notice.objects.filter(pk=notice.pk).update(data={"biller": {"name": "x", "phone": "y"}})
    assert "Reminder about an invoice" in ruth.get(f"/messages/{notice.public_id}/").content.decode()
    assert ruth.get("/messages/").status_code == 200


def test_the_way_to_the_page_is_on_sign_in_and_in_the_foot(
    world: World, client: Client, ruth: Client
) -> None:
    assert client.get("/accounts/login/").content.decode().count("/messages/check/") == 2
    assert "/messages/check/" in ruth.get("/profile/").content.decode()
    assert "/messages/preferences/" in ruth.get("/profile/").content.decode()


def test_a_helper_does_not_choose_what_the_payer_is_told(world: World) -> None:
    helper = world.payer.standing_in(name="Helen Helper", payers=world.payer.payers, helper_ref="hlp_1")
    with pytest.raises(errors.NotPermitted):
        choose.run(
            actor=helper, now=world.now, payer_ref=payer_ref(world), switches={"invoices": False}, locale="en"
        )
    assert choices_of(world) == {}
