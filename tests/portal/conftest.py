"""A small world with a sandbox, on today's date, and the payer signed in to the portal."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.contrib.auth import hashers
from django.test import Client

from counterfoil.core import clock, http
from counterfoil.core.actor import OPERATOR
from counterfoil.flows.identity import actor as actor_flow
from counterfoil.flows.payers import accept_invitation, invite
from counterfoil.flows.payers.accept_invitation import Registration
from counterfoil.flows.payers.invite import Invite
from counterfoil.gateways.sandbox import client as sandbox_client
from counterfoil.payers import queries as payer_queries
from counterfoil_sandbox import store
from tests.factories import people, sandbox as sandboxes, signed_in
from tests.factories.world import World

Joins = Callable[..., Client]


@pytest.fixture(scope="session")
def base_store(sandbox_database_url: str) -> Iterator[store.Store]:
    """Open the sandbox's own database."""
    opened = sandboxes.prepared_store(sandbox_database_url, size=8)
    yield opened
    opened.close()


@pytest.fixture
def world(db: None, base_store: store.Store) -> Iterator[World]:
    """Return a biller at a sandbox merchant of its own, where it is the same day as in the portal."""
    http.forget()
    practice = sandboxes.practice(base_store)
    practice.time.now = clock.now()
    made = World(practice)
    yield made
    sandbox_client.mount(base_url=made.sandbox.base_url, transport=None)


@pytest.fixture
def join(world: World) -> Joins:
    """Give a function that lets somebody register for a payer and returns the browser they sit at."""

    def registered(
        payer_id: int = 0, *, email: str = "ruth@example.test", profile: str = "billing"
    ) -> Client:
        payer = payer_queries.list_payers_by_ids(actor=OPERATOR, payer_ids=[payer_id or world.payer_id])[0]
        wanted = Invite(payer_ref=payer.public_id, email=email, profile_key=profile, may_see_confirmed=True)
        invitation = invite.run(actor=OPERATOR, now=clock.now(), invite=wanted)
        login = accept_invitation.register(
            actor=people.visitor(),
            now=clock.now(),
            secret=people.secret_of(invitation),
            registration=Registration(
                email=email, password_hash=hashers.make_password(None), locale="en", row=None
            ),
        )
        world.payer = actor_flow.run(login=login, seen=people.SEEN) if not payer_id else world.payer
        return signed_in.as_login(email=email)

    return registered


@pytest.fixture
def ruth(join: Joins) -> Client:
    """Return the browser of who pays for the world's resident."""
    return join()
