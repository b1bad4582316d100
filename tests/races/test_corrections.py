"""Staff correct a bill at the moment at which it is paid: one of the two happens, and the books stay whole."""

from __future__ import annotations

import pytest

from counterfoil.core import errors
from counterfoil.core.actor import OPERATOR
from counterfoil.flows.books import verify
from counterfoil.flows.invoices import credit, void
from counterfoil.flows.payments import record_by_hand, submit
from counterfoil.notices.models import Notice
from counterfoil.payers import queries as payer_queries
from tests.factories.world import World
from tests.races.conftest import Race

pytestmark = pytest.mark.django_db(transaction=True)
MEETINGS = ["", "commit.before"]


@pytest.mark.parametrize("meet_at", MEETINGS)
def test_void_while_somebody_pays(world: World, race: Race, meet_at: str) -> None:
    invoice = world.invoice()
    submission = world.review(world.order(world.bank(), [(invoice.public_id, 320_000)]))
    race(
        lambda: submit.run(actor=world.payer, now=world.now, submission=submission),
        lambda: void.run(actor=world.staff, now=world.now, ref=invoice.public_id),
        meet_at=meet_at,
    )
    now = world.fresh(invoice)
    # Either it is void and nothing is on its way, or it is open and all of it is.
    assert (now.status, now.pending_minor) in {("void", 0), ("open", 320_000)}
    assert verify.run(biller_id=world.biller_id) == []


@pytest.mark.parametrize("meet_at", MEETINGS)
def test_credit_while_somebody_pays(world: World, race: Race, meet_at: str) -> None:
    invoice = world.invoice()
    submission = world.review(world.order(world.bank(), [(invoice.public_id, 320_000)]))
    paid, _credited = race(
        lambda: submit.run(actor=world.payer, now=world.now, submission=submission),
        lambda: credit.run(
            actor=world.staff, now=world.now, ref=invoice.public_id, amount_minor=20_000, reason="", key="k"
        ),
        meet_at=meet_at,
    )
    now = world.fresh(invoice)
    if isinstance(paid, errors.Refused):
        assert (now.open_minor, now.pending_minor) == (300_000, 0)
    else:
        assert (now.open_minor, now.pending_minor) == (320_000, 320_000)
    assert verify.run(biller_id=world.biller_id) == []


def test_two_clicks_record_one_check(world: World, race: Race) -> None:
    world.invoice()
    [account] = payer_queries.list_accounts_by_ids(actor=OPERATOR, account_ids=[world.account_id])
    [payer] = payer_queries.list_payers_by_ids(actor=OPERATOR, payer_ids=[world.payer_id])
    record = record_by_hand.Record(
        account.public_id, payer.public_id, "check", 320_000, world.today, "oldest", "k"
    )
    refs = race(
        lambda: record_by_hand.run(actor=world.staff, now=world.now, record=record),
        lambda: record_by_hand.run(actor=world.staff, now=world.now, record=record),
        meet_at="commit.before",
    )
    assert refs[0] == refs[1]
    assert Notice.objects.filter(biller_id=world.biller_id, key="payment_recorded").count() == 1
    assert verify.run(biller_id=world.biller_id) == []


def test_two_clicks_credit_once(world: World, race: Race) -> None:
    invoice = world.invoice()

    def act() -> None:
        credit.run(
            actor=world.staff, now=world.now, ref=invoice.public_id, amount_minor=20_000, reason="", key="k"
        )

    assert race(act, act, meet_at="commit.before") == [None, None]
    assert world.fresh(invoice).open_minor == 300_000
    assert verify.run(biller_id=world.biller_id) == []
