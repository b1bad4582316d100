"""The permission behind a helper who pays with the payer's method: its own, and not the biller's to collect."""

from __future__ import annotations

import pytest

from counterfoil.agreements import queries as agreement_queries
from counterfoil.agreements.models import Authorization
from counterfoil.billers import queries as biller_queries
from counterfoil.core.actor import OPERATOR
from counterfoil.flows.methods import permit
from counterfoil.flows.sharing import end_access
from counterfoil.methods import queries as method_queries
from counterfoil.payers import queries as payer_queries
from tests.factories import relatives
from tests.factories.world import World

pytestmark = pytest.mark.django_db


def collect(world: World, ref: str) -> None:
    """Let the biller collect from a method."""
    [payer] = payer_queries.list_payers_by_ids(actor=OPERATOR, payer_ids=[world.payer_id])
    method = method_queries.get(actor=world.payer, public_id=ref)
    biller = biller_queries.get(biller_id=world.biller_id)
    text = permit.text_for(now=world.now, biller=biller, payer=payer, kind="card", method=method, locale="en")
    permit.give(actor=world.payer, now=world.now, ref=ref, locale="en", seen=permit.digest(text))


def in_force(ref: str, kind: str) -> int:
    return Authorization.objects.filter(method_ref=ref, kind=kind, revoked_at__isnull=True).count()


def test_a_helper_is_no_permission_for_the_biller_to_collect(world: World) -> None:
    method = world.card()
    relatives.give(world, method=method)
    assert not agreement_queries.has_standing(method_ref=method)
    assert agreement_queries.list_standing(actor=OPERATOR, method_refs=[method]) == {}
    collect(world, method)
    assert agreement_queries.has_standing(method_ref=method)


def test_two_helpers_and_the_biller_have_each_their_own_permission(world: World) -> None:
    method = world.card()
    collect(world, method)
    first = relatives.give(world, method=method)
    relatives.give(world, method=method, email="tom@example.test")
    assert (in_force(method, "helper"), in_force(method, "standing")) == (2, 1)
    permit.withdraw(actor=world.payer, now=world.now, ref=method)
    assert (in_force(method, "helper"), in_force(method, "standing")) == (2, 0)
    end_access.run(actor=world.payer, now=world.now, ref=first)
    assert in_force(method, "helper") == 1
