from __future__ import annotations

import pytest

from counterfoil.audit.models import AuditEvent
from counterfoil.billers import queries as biller_queries
from counterfoil.billers.drafts import NewBiller, NewConnection
from counterfoil.billers.models import Biller, BillerSettings
from counterfoil.core import errors
from counterfoil.core.actor import OPERATOR
from counterfoil.flows.billers import change_settings, connect_gateway, create, disconnect_gateway
from counterfoil.identity import permissions
from tests.factories.people import NOW, Community

pytestmark = pytest.mark.django_db
CONFIG = {
    "base_url": "http://localhost:8001",
    "public_key": "pk_x",
    "secret_key": "sk_canary",
    "webhook_secret": "whsec_x",
}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"key": "Maple Court"}, "key"),
        ({"key": "x"}, "key"),
        ({"zone": "Central"}, "zone"),
        ({"zone": "../etc/passwd"}, "zone"),
        ({"email": "no address"}, "email"),
    ],
)
def test_a_biller_that_cannot_be_is_refused_by_name(changes: dict[str, str], field: str) -> None:
    values = {"organization": "O", "key": "fine-key", "name": "N", "zone": "UTC", "phone": "1"} | changes
    with pytest.raises(errors.Invalid) as refused:
        create.run(actor=OPERATOR, now=NOW, new=NewBiller(**values))  # type: ignore[arg-type]
    assert refused.value.field == field
    assert not Biller.objects.filter(key=values["key"]).exists()


def test_only_the_operator_adds_billers_and_keys_are_taken_once() -> None:
    home = Community()
    new = NewBiller(organization="O", key=home.key, name="N", zone="UTC", phone="1")
    with pytest.raises(errors.NotPermitted):
        create.run(actor=home.staff, now=NOW, new=new)
    with pytest.raises(errors.Invalid) as refused:
        create.run(actor=OPERATOR, now=NOW, new=new)
    assert refused.value.field == "key"


def test_settings_are_kept_in_versions_and_each_change_is_audited() -> None:
    home = Community()

    change_settings.run(
        actor=home.staff, now=NOW, biller_id=home.id, section="portal", changes={"prepayment_allowed": False}
    )
    change_settings.run(
        actor=home.staff, now=NOW, biller_id=home.id, section="portal", changes={"schedule_payment": True}
    )
    change_settings.run(
        actor=home.staff, now=NOW, biller_id=home.id, section="portal", changes={"schedule_payment": True}
    )

    portal = biller_queries.get(biller_id=home.id).portal
    assert (portal.prepayment_allowed, portal.schedule_payment) == (False, True)
    assert BillerSettings.objects.filter(biller_id=home.id).count() == 2
    last = AuditEvent.objects.filter(biller_id=home.id, action="settings.changed").latest("pk")
    assert last.details == {"section": "portal", "version": 2, "changed": {"schedule_payment": [False, True]}}


def test_settings_are_changed_by_administrators_alone() -> None:
    home = Community()
    for actor in (home.add_staff(permissions.BILLING), Community("Oak Hill").staff):
        with pytest.raises(errors.NotPermitted):
            change_settings.run(
                actor=actor, now=NOW, biller_id=home.id, section="portal", changes={"portal_on": False}
            )
    assert biller_queries.get(biller_id=home.id).portal.portal_on


def test_a_gateway_is_connected_after_its_own_code_accepts_the_settings() -> None:
    home = Community()
    for kinds, config, key in (
        (("card",), {"base_url": "http://localhost:8001"}, "sandbox"),
        (("check",), CONFIG, "sandbox"),
        ((), CONFIG, "sandbox"),
        (("card",), CONFIG, "none-such"),
    ):
        with pytest.raises(errors.Invalid):
            connect_gateway.run(
                actor=home.staff,
                now=NOW,
                biller_id=home.id,
                new=NewConnection(gateway_key=key, name="S", kinds=kinds, config=config),
            )
    assert biller_queries.list_active_connections(biller_id=home.id) == []

    new = NewConnection(gateway_key="sandbox", name="S", kinds=("card", "bank"), config=CONFIG)
    with pytest.raises(errors.NotPermitted):
        connect_gateway.run(actor=home.add_staff(permissions.BILLING), now=NOW, biller_id=home.id, new=new)
    made = connect_gateway.run(actor=home.staff, now=NOW, biller_id=home.id, new=new)

    assert made.public_id.startswith("con_")
    event = AuditEvent.objects.get(object_ref=made.public_id)
    assert "canary" not in str(event.details)


def test_a_connection_is_switched_off_by_who_manages_gateways_and_once() -> None:
    home = Community()
    new = NewConnection(gateway_key="sandbox", name="S", kinds=("card",), config=CONFIG)
    made = connect_gateway.run(actor=home.staff, now=NOW, biller_id=home.id, new=new)
    elsewhere = Community("Oak Hill")
    for actor in (home.add_staff(permissions.BILLING), elsewhere.staff):
        with pytest.raises(errors.NotPermitted):
            disconnect_gateway.run(actor=actor, now=NOW, biller_id=home.id, public_id=made.public_id)
    with pytest.raises(errors.NotFound):
        disconnect_gateway.run(
            actor=elsewhere.staff, now=NOW, biller_id=elsewhere.id, public_id=made.public_id
        )
    assert biller_queries.get(biller_id=home.id).kinds == {"card"}

    for _ in range(2):
        disconnect_gateway.run(actor=home.staff, now=NOW, biller_id=home.id, public_id=made.public_id)
    assert biller_queries.get(biller_id=home.id).kinds == frozenset()
    assert AuditEvent.objects.filter(object_ref=made.public_id, action="connection.ended").count() == 1
