"""People who share a bill or help with it: asked by a payer, joined by the link of the message they got."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.contrib.auth import get_user_model

from counterfoil.core.actor import OPERATOR, Actor
from counterfoil.flows.identity import actor as actor_flow
from counterfoil.flows.payers import accept_invitation
from counterfoil.flows.sharing import answer, give_access, offer
from counterfoil.flows.sharing.give_access import Access
from counterfoil.flows.sharing.offer import Offer
from counterfoil.invoices.queries import InvoiceRow
from counterfoil.notices import models as notice_models, secrecy
from counterfoil.payers import queries as payer_queries
from tests.factories import people
from tests.factories.world import World

SISTER = "susan@example.test"


@dataclass(frozen=True)
class Giver:
    """A payer who shares or gives access: who acts, for which payer, on which account."""

    actor: Actor
    payer_id: int
    account_id: int


def refs(world: World, giver: Giver | None = None) -> tuple[str, str]:
    """Return the public ids of the giver's payer and account; of the first resident's where nobody is named."""
    payer_id = giver.payer_id if giver else world.payer_id
    account_id = giver.account_id if giver else world.account_id
    [payer] = payer_queries.list_payers_by_ids(actor=OPERATOR, payer_ids=[payer_id])
    [account] = payer_queries.list_accounts_by_ids(actor=OPERATOR, account_ids=[account_id])
    return payer.public_id, account.public_id


def ask(
    world: World,
    invoice: InvoiceRow | None,
    *,
    percent: int = 0,
    minor: int = 0,
    email: str = SISTER,
    sees_lines: bool = False,
    giver: Giver | None = None,
) -> str:
    """Ask somebody to pay part of an invoice, or of every bill; return the share."""
    payer_ref, account_ref = refs(world, giver)
    wanted = Offer(
        payer_ref=payer_ref,
        account_ref=account_ref,
        invoice_ref=invoice.public_id if invoice else "",
        name="Susan Whitfield",
        email=email,
        percent_bp=percent * 100,
        amount_minor=minor,
        sees_lines=sees_lines,
    )
    return offer.run(actor=giver.actor if giver else world.payer, now=world.now, offer=wanted)


def link_of(email: str) -> str:
    """Return where the latest message to an address leads."""
    sent = notice_models.Delivery.objects.filter(to=email).latest("pk").notice
    return str(secrecy.opened(key=sent.key, data=sent.data, public_id=sent.public_id)["link"])


def join(world: World, email: str = SISTER) -> Actor:
    """Register by the link of the latest message; return the person as they act in the portal."""
    secret = link_of(email).strip("/").split("/")[-1]
    login = accept_invitation.register(
        actor=people.visitor(), now=world.now, secret=secret, registration=people.registration(email)
    )
    return actor_flow.run(login=login, seen=people.SEEN)


def again(email: str = SISTER) -> Actor:
    """Return a person as the next request sees them."""
    return actor_flow.run(login=get_user_model().objects.get(email=email), seen=people.SEEN)


def accept(world: World, actor: Actor, ref: str) -> None:
    """Accept a share as it comes out now."""
    seen = answer.look(actor=actor, ref=ref).amount_minor
    answer.accept(actor=actor, now=world.now, ref=ref, seen_minor=seen)


def shared(
    world: World, invoice: InvoiceRow | None, *, percent: int = 0, minor: int = 0
) -> tuple[str, Actor]:
    """Share with the sister, who joins and accepts; return the share and her."""
    ref = ask(world, invoice, percent=percent, minor=minor)
    sister = join(world)
    accept(world, sister, ref)
    return ref, again()


def give(
    world: World,
    *,
    may_pay: bool = True,
    limit: int = 50_000,
    total: int = 100_000,
    method: str = "",
    until: date | None = None,
    email: str = SISTER,
    giver: Giver | None = None,
) -> str:
    """Give somebody access; return it."""
    payer_ref, account_ref = refs(world, giver)
    access = Access(
        payer_ref=payer_ref,
        account_ref=account_ref,
        name="Susan Whitfield",
        email=email,
        may_pay=may_pay,
        until_on=until or world.today + timedelta(days=30),
        limit_minor=limit if may_pay else 0,
        total_minor=total if may_pay else 0,
        method_ref=method,
    )
    return give_access.run(actor=giver.actor if giver else world.payer, now=world.now, access=access)


def helper(world: World, **given: Any) -> tuple[str, Actor]:
    """Give the sister access, who joins; return the access and her."""
    ref = give(world, **given)
    return ref, join(world, given.get("email", SISTER))


def add_to(world: World, email: str) -> Actor:
    """Let a login that exists take up the invitation of the latest message to it; return it as it acts then."""
    secret = link_of(email).strip("/").split("/")[-1]
    accept_invitation.run(actor=again(email), now=world.now, secret=secret)
    return again(email)
