"""Staff change who pays and end an access; the other side is told, and it holds from the next request."""

from __future__ import annotations

import pytest
from pytest_django import Settings

from counterfoil.audit.models import AuditEvent
from counterfoil.core import errors
from counterfoil.core.actor import Actor
from counterfoil.flows.billers import change_settings
from counterfoil.flows.identity import actor as actor_flow
from counterfoil.flows.payers import choose_who_pays, end_access
from counterfoil.flows.payers.choose_who_pays import Choice
from counterfoil.identity import permissions
from counterfoil.identity.models import Login
from counterfoil.notices.models import Delivery, Notice
from counterfoil.payers import queries as payer_queries
from counterfoil.payers.rows import PayerRow
from tests.factories import signed_in
from tests.factories.people import NOW, SEEN, Community

pytestmark = pytest.mark.django_db


@pytest.fixture
def home(settings: Settings) -> Community:
    settings.COUNTERFOIL_MFA_REQUIRED = False
    made = Community()
    change_settings.run(
        actor=made.staff,
        now=NOW,
        biller_id=made.id,
        section="portal",
        changes={"collects": True, "collection_days": (15, 1)},
    )
    return made


def told(key: str) -> list[str]:
    return sorted(Delivery.objects.filter(notice__key=key).values_list("to", flat=True))


def again(home: Community, payer: PayerRow) -> PayerRow:
    return payer_queries.get_payer(actor=home.staff, public_id=payer.public_id)


def test_staff_choose_and_the_payer_is_told(home: Community) -> None:
    payer = home.add_payer(email="dan@example.test")
    desk = signed_in.staff(home.id, now=NOW)
    page = f"/desk/{home.key}/payers/{payer.public_id}/who-pays/"
    shown = desk.get(page).content.decode()
    assert shown.index("We collect on day 1") < shown.index("We collect on day 15")
    assert desk.post(page, {"who_pays": "biller_collects:15"}).status_code == 302
    assert (again(home, payer).who_pays, again(home, payer).collection_day) == ("biller_collects", 15)
    assert told("who_pays_changed") == ["dan@example.test"]
    assert "We collect on day 15" in desk.get(f"/desk/{home.key}/payers/{payer.public_id}/").content.decode()
    assert AuditEvent.objects.get(action="payer.who_pays_chosen").details["after"] == "biller_collects"
    # Saying the same again is no change.
    desk.post(page, {"who_pays": "biller_collects:15"})
    assert Notice.objects.filter(key="who_pays_changed").count() == 1


def test_a_payers_first_answer_stands_at_the_desk_and_tells_nobody(home: Community) -> None:
    payer = home.add_payer(email="dan@example.test")
    me = home.join(payer, "dan@example.test")
    choose_who_pays.run(actor=me, now=NOW, payer_ref=payer.public_id, choice=Choice("self"))
    assert told("who_pays_changed") == []
    assert told("who_pays_alert") == []
    desk = signed_in.staff(home.id, now=NOW)
    assert "Pays by themselves" in desk.get(f"/desk/{home.key}/payers/{payer.public_id}/").content.decode()


def test_a_payer_changes_it_and_the_office_is_told(home: Community) -> None:
    payer = home.add_payer(email="dan@example.test")
    me = home.join(payer, "dan@example.test")
    choose_who_pays.run(actor=me, now=NOW, payer_ref=payer.public_id, choice=Choice("autopay"))
    for _ in range(2):
        choose_who_pays.run(actor=me, now=NOW, payer_ref=payer.public_id, choice=Choice("self"))
    assert told("who_pays_alert") == ["billing@example.test"]
    assert told("who_pays_changed") == []
    notice = Notice.objects.get(key="who_pays_alert")
    assert (notice.data["before"], notice.data["after"]) == ("autopay", "self")
    assert notice.data["link"] == f"/desk/{home.key}/payers/{payer.public_id}/"
    assert notice.payer_id is None


@pytest.mark.parametrize(
    "choice",
    [
        Choice("nobody"),
        Choice(""),
        Choice("biller_collects"),
        Choice("biller_collects", 2),
        Choice("self", 1),
    ],
)
def test_what_cannot_be_chosen_changes_nothing(home: Community, choice: Choice) -> None:
    payer = home.add_payer()
    choose_who_pays.run(actor=home.staff, now=NOW, payer_ref=payer.public_id, choice=Choice("autopay"))
    with pytest.raises(errors.Invalid):
        choose_who_pays.run(actor=home.staff, now=NOW, payer_ref=payer.public_id, choice=choice)
    assert again(home, payer).who_pays == "autopay"


def test_a_day_the_biller_ended_may_be_kept_but_not_chosen(home: Community) -> None:
    payer, other = home.add_payer(), home.add_payer("Ann")
    kept = Choice("biller_collects", 1)
    choose_who_pays.run(actor=home.staff, now=NOW, payer_ref=payer.public_id, choice=kept)
    change_settings.run(
        actor=home.staff, now=NOW, biller_id=home.id, section="portal", changes={"collection_days": (15,)}
    )
    choose_who_pays.run(actor=home.staff, now=NOW, payer_ref=payer.public_id, choice=kept)
    assert again(home, payer).collection_day == 1
    with pytest.raises(errors.Invalid):
        choose_who_pays.run(actor=home.staff, now=NOW, payer_ref=other.public_id, choice=kept)


def test_days_no_month_has_are_refused(home: Community) -> None:
    for days in ((0,), (32,), ("5",)):
        with pytest.raises(errors.Invalid):
            change_settings.run(
                actor=home.staff,
                now=NOW,
                biller_id=home.id,
                section="portal",
                changes={"collection_days": days},
            )


def test_viewers_and_strangers_change_nothing(home: Community) -> None:
    payer = home.add_payer()
    with pytest.raises(errors.NotPermitted):
        choose_who_pays.run(
            actor=home.add_staff(permissions.VIEWER),
            now=NOW,
            payer_ref=payer.public_id,
            choice=Choice("self"),
        )
    with pytest.raises(errors.NotFound):
        choose_who_pays.run(
            actor=Community("Oak").staff, now=NOW, payer_ref=payer.public_id, choice=Choice("self")
        )


def test_an_access_that_staff_end_is_gone_at_the_next_request(home: Community) -> None:
    payer = home.add_payer(email="dan@example.test")
    me = home.join(payer, "dan@example.test")
    browser = signed_in.as_login(ref=me.ref)
    assert browser.get("/billing/invoices/").status_code == 200
    desk = signed_in.staff(home.id, now=NOW)
    payer_page = f"/desk/{home.key}/payers/{payer.public_id}/"
    assert "End Access" in desk.get(payer_page).content.decode()
    page = f"/desk/{home.key}/connect-center/access/{payer.public_id}/{me.ref}/end/"
    asked = desk.get(page).content.decode()
    assert "dan@example.test" not in asked
    assert desk.post(page).status_code == 302
    assert browser.get("/billing/invoices/").status_code == 404
    assert told("access_withdrawn") == ["dan@example.test"]
    assert desk.post(page).status_code == 404
    assert "Access ended" in desk.get(payer_page).content.decode()


def test_nobody_ends_somebody_elses_access_from_the_portal(home: Community) -> None:
    payer = home.add_payer()
    me = home.join(payer, "me@example.test")
    you = home.join(payer, "you@example.test")
    for actor in (me, Community("Oak").staff):
        with pytest.raises(errors.NotFound):
            end_access.run(actor=actor, now=NOW, payer_ref=payer.public_id, login_ref=you.ref)
    assert _payers(you) == (payer.id,)


def _payers(actor: Actor) -> tuple[int, ...]:
    login = Login.objects.get(public_id=actor.ref)
    return actor_flow.run(login=login, seen=SEEN).payer_ids()
