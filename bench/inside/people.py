"""Logins that act for some of the payers, made as an invitation would leave them."""

from __future__ import annotations

from collections.abc import Mapping

from counterfoil.billers import operations as biller_operations, queries as biller_queries
from counterfoil.billers.drafts import NewConnection
from counterfoil.core import clock, db
from counterfoil.core.actor import OPERATOR
from counterfoil.flows.billers import connect_gateway
from counterfoil.identity import operations as identity_operations
from counterfoil.methods import operations as method_operations, states
from counterfoil.methods.drafts import NewMethod
from counterfoil.payers.models import Payer, PortalAccess, UserProfile

LISTING = 16
UNUSABLE = "!"
# Pages show the ways to pay, as they do in real life; nothing that uses this one calls it.
NOWHERE = {
    "base_url": "http://localhost:1",
    "public_key": "pk_nowhere",
    "secret_key": "sk_nowhere",
    "webhook_secret": "whsec_nowhere",
}


def run(ordinary: int, heavy: int | None) -> None:
    """Give a login and a card to 16 payers with 24 invoices, spread over all of them, and to the heavy one."""
    connection_id = connect(config=NOWHERE)
    ids = sorted({1 + number * ordinary // LISTING for number in range(LISTING)})
    logins = give(payer_ids=[*ids, *([heavy] if heavy else [])])
    with db.transaction():
        for payer_id in logins:
            method_operations.create(actor=OPERATOR, method=_card(payer_id, connection_id), now=clock.now())


def _card(payer_id: int, connection_id: int) -> NewMethod:
    """Return a card to choose from; its token is no gateway's, and nobody pays with it."""
    return NewMethod(
        biller_id=Payer.objects.get(pk=payer_id).biller_id,
        payer_id=payer_id,
        connection_id=connection_id,
        kind="card",
        token=f"tok_nowhere_{payer_id}",
        fingerprint=f"fp_nowhere_{payer_id}",
        brand="visa",
        bank_name="",
        last4="4242",
        exp_month=12,
        exp_year=2040,
        funding="credit",
        bank_account_kind="",
        holder_kind="",
        holder_name="A Payer",
        nickname="My card",
        validation=states.NOT_NEEDED,
        validated_by="",
        is_saved=True,
        address_id=None,
    )


def connect(*, config: Mapping[str, str]) -> int:
    """Connect the biller to a sandbox, in place of the one before; return its id."""
    biller = biller_queries.get_by_key(key="bench-court")
    with db.transaction():
        for before in biller_queries.list_active_connections(biller_id=biller.id):
            biller_operations.disconnect(connection_id=before.id)
    new = NewConnection(gateway_key="sandbox", name="Sandbox", kinds=("card", "bank"), config=config)
    return connect_gateway.run(actor=OPERATOR, now=clock.now(), biller_id=biller.id, new=new).id


def give(*, payer_ids: list[int]) -> dict[int, int]:
    """Give each of these payers a login; return login ids by payer id."""
    now = clock.now()
    logins = {}
    with db.transaction():
        profile = UserProfile.objects.get(
            key="billing", biller_id=Payer.objects.get(pk=payer_ids[0]).biller_id
        )
        for payer in Payer.objects.filter(pk__in=payer_ids):
            login = identity_operations.create_login(
                email=payer.email, name=payer.name, password_hash=UNUSABLE, locale="en", now=now
            )
            identity_operations.mark_verified(login_id=login.pk, email=payer.email)
            PortalAccess.objects.create(
                biller_id=payer.biller_id, login=login, payer=payer, profile=profile, joined_at=now
            )
            logins[payer.pk] = login.pk
    return logins
