from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from counterfoil.billers import operations as biller_operations, queries as biller_queries
from counterfoil.billers.drafts import NewConnection
from counterfoil.billers.models import GatewayConnection
from counterfoil.core import db, errors, vault
from tests.factories.people import NOW, Community

pytestmark = pytest.mark.django_db
CONFIG = {"secret_key": "sk_canary_of_the_vault", "base_url": "http://localhost:8001"}


def test_billers_with_all_settings_take_one_query() -> None:
    ids = [Community(f"Home {number}").id for number in range(3)]
    with CaptureQueriesContext(connection) as queries:
        found = biller_queries.list_by_ids(biller_ids=ids)

    assert len(queries) == 1
    assert sorted(found) == sorted(ids)
    assert found[ids[0]].payments.paid_after_bank_days == 4


@pytest.mark.parametrize(
    ("zone", "now", "day"),
    [
        ("America/Los_Angeles", datetime(2026, 11, 21, 7, 59, tzinfo=UTC), date(2026, 11, 20)),
        ("America/Los_Angeles", datetime(2026, 11, 21, 8, 0, tzinfo=UTC), date(2026, 11, 21)),
        ("Pacific/Kiritimati", datetime(2026, 12, 31, 10, 0, tzinfo=UTC), date(2027, 1, 1)),
        ("America/Chicago", datetime(2026, 11, 1, 5, 30, tzinfo=UTC), date(2026, 11, 1)),
        ("America/Chicago", datetime(2026, 3, 8, 5, 59, tzinfo=UTC), date(2026, 3, 7)),
    ],
)
def test_the_day_is_the_billers_own(zone: str, now: datetime, day: date) -> None:
    assert biller_queries.today(biller=replace(Community().row, zone=zone), now=now) == day


def test_a_connections_secrets_are_sealed_in_its_row_and_open_nowhere_else() -> None:
    home = Community()
    new = NewConnection(gateway_key="sandbox", name="Sandbox", kinds=("card", "bank"), config=CONFIG)
    with db.transaction():
        connection_id = biller_operations.connect(biller_id=home.id, new=new, now=NOW)

    stored = GatewayConnection.objects.get(pk=connection_id)
    assert "canary" not in stored.config_sealed
    found = biller_queries.find_connection(biller_id=home.id, kind="bank")
    assert found is not None
    assert found.config == CONFIG
    assert "canary" not in repr(found)
    assert biller_queries.find_connection(biller_id=home.id, kind="wallet") is None
    GatewayConnection.objects.create(
        public_id="con_copied", biller_id=home.id, gateway_key="sandbox", name="Copy", kinds=["wallet"],
        config_sealed=stored.config_sealed, created_at=NOW,
    )  # fmt: skip
    with pytest.raises(vault.SealBroken):
        biller_queries.get_connection(public_id="con_copied")


def test_one_connection_takes_a_kind_and_an_ended_one_is_still_found_by_what_it_took() -> None:
    home = Community()
    new = NewConnection(gateway_key="sandbox", name="Sandbox", kinds=("card",), config=CONFIG)
    with db.transaction():
        first = biller_operations.connect(biller_id=home.id, new=new, now=NOW)
        with pytest.raises(errors.Invalid):
            biller_operations.connect(biller_id=home.id, new=new, now=NOW)
        biller_operations.disconnect(connection_id=first)
        second = biller_operations.connect(biller_id=home.id, new=new, now=NOW)

    assert [row.id for row in biller_queries.list_active_connections(biller_id=home.id)] == [second]
    assert set(biller_queries.list_connections(connection_ids=[first, second])) == {first, second}
    assert biller_queries.get(biller_id=home.id).kinds == {"card"}


def test_an_agency_has_one_face_and_names_the_creditor() -> None:
    agency = Community("First Creditor", collector_mode=True).row.brand
    home = Community("Maple Court").row.brand

    assert agency.name.startswith("Organization of")
    assert agency.on_behalf_of == "First Creditor"
    assert (home.name, home.on_behalf_of) == ("Maple Court", "")
