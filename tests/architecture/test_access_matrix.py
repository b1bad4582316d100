"""Every address x every role x somebody else's objects: what is not theirs is not found, and nothing happens.

The addresses are walked, not listed: one without a line in `RULES` fails. Who may not is asked by GET and by POST;
an anonymous visitor is led to log in, staff without the second factor to setting one up, everybody else gets 404.
Nobody gets a 500, whatever they may.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from pytest_django import Settings

from counterfoil.agreements import queries as agreement_queries
from counterfoil.core import http
from counterfoil.core.actor import OPERATOR, WORKER
from counterfoil.flows.notices import deliver
from counterfoil.flows.payers import accept_invitation, invite
from counterfoil.flows.payers.invite import Invite
from counterfoil.flows.payments.orders import Mode, PayOrder
from counterfoil.flows.requests import open as open_request
from counterfoil.flows.schedules import enroll, review, schedule_payment
from counterfoil.flows.sharing import act
from counterfoil.gateways.sandbox import client as sandbox_client
from counterfoil.invoices.queries import InvoiceRow
from counterfoil.notices.models import Delivery, Notice
from counterfoil.payers import queries as payer_queries
from counterfoil.requests.drafts import NewRequest
from counterfoil_sandbox import store
from tests.architecture.access_rules import (
    ADMINISTRATOR,
    ANONYMOUS,
    ELSEWHERE,
    FACTORLESS,
    OTHER,
    OWN,
    RULES,
    STAFF,
    STRANGER,
)
from tests.factories import people, relatives, sandbox as sandboxes, signed_in
from tests.factories.world import World

# Refused methods say so before anybody is known.
NOT_THIS_METHOD: Final = 405
WATCHED: Final = (
    "audit_event", "payments_payment", "payment_event", "notices_delivery", "notices_preference",
    "payers_invitation", "payers_portalaccess", "methods_paymentmethod", "ledger_entry",
    "identity_staffrole", "requests_request", "request_message",
)  # fmt: skip


@dataclass
class Scene:
    """One payer's objects at one biller, and everybody who might ask for them."""

    objects: dict[str, str]
    roles: dict[str, Client]

    def address(self, name: str) -> str:
        """Return an address with the payer's objects in it."""
        values = dict(RULES[name].values)
        return reverse(name, kwargs={key: self.objects.get(value, value) for key, value in values.items()})

    def ask(self, settings: Settings, role: str, method: str, name: str) -> HttpResponse:
        """Ask for an address as somebody."""
        # Each setting is a layer on those before it; hundreds of them are deeper than Python goes.
        is_required = role == FACTORLESS
        if is_required != settings.COUNTERFOIL_MFA_REQUIRED:
            settings.COUNTERFOIL_MFA_REQUIRED = is_required
        client = self.roles[role]
        client.raise_request_exception = False
        given: dict[str, Any] = {"may_see_confirmed": "on", "profile": "billing", "email": "new@example.test"}
        return client.get(self.address(name)) if method == "GET" else client.post(self.address(name), given)


def names(patterns: list[Any] | None = None) -> Iterator[str]:
    """Walk every address there is."""
    for found in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(found, URLResolver):
            yield from names(found.url_patterns)
        elif isinstance(found, URLPattern):
            yield found.name or str(found.pattern)


@pytest.fixture(scope="module")
def base_store(sandbox_database_url: str) -> Iterator[store.Store]:
    opened = sandboxes.prepared_store(sandbox_database_url)
    yield opened
    opened.close()


@pytest.fixture
def scene(db: None, base_store: store.Store) -> Iterator[Scene]:
    http.forget()
    world = World(sandboxes.practice(base_store))
    elsewhere = people.Community("Oak Hill")
    [mine] = payer_queries.list_payers_by_ids(actor=OPERATOR, payer_ids=[world.payer_id])
    [account] = payer_queries.list_accounts_by_ids(actor=OPERATOR, account_ids=[world.account_id])
    _, neighbor_id = world.add_resident("Nora Neighbor", "nora@example.test")
    [neighbor] = payer_queries.list_payers_by_ids(actor=OPERATOR, payer_ids=[neighbor_id])
    stranger = elsewhere.add_payer("Oscar Oak", account=elsewhere.add_account("Oscar Oak"))
    owner = joined(mine.public_id)
    # Withdrawing an access is tried on somebody else's than the owner's, who has more to ask for.
    second = people.accepted(mine, email=f"second-{mine.public_id.lower()}@example.test")
    invoice = world.invoice()
    method = world.bank()
    payment = world.pay(method, [(invoice.public_id, 5_000)])
    scheduled, enrollment = set_for_later(world, method)
    wanted = Invite(
        payer_ref=mine.public_id, email="second@example.test", profile_key="billing", may_see_confirmed=True
    )
    invitation = invite.run(actor=OPERATOR, now=people.NOW, invite=wanted)
    question = NewRequest(
        kind="payment", subject_ref=payment.public_id, topic="other", text="Which account?", key="k"
    )
    receipt = receipt_of(world)
    sharing = shared(world, mine.public_id, invoice)
    authorization = agreement_queries.list_evidence(actor=OPERATOR, payer_ids=[world.payer_id]).rows[0]
    asked = open_request.run(actor=world.payer, now=world.now, new=question)
    yield Scene(
        objects={
            "biller": world.key,
            "payer": mine.public_id,
            "account": account.public_id,
            "invoice": invoice.public_id,
            "payment": payment.public_id,
            "method": method,
            "scheduled": scheduled,
            "enrollment": enrollment,
            "invitation": invitation.public_id,
            "second login": second,
            "request": asked,
            "authorization": authorization.public_id,
            "connection": world.connection_ref,
            "notice": receipt,
            **sharing,
        },
        roles={
            OWN: owner,
            OTHER: joined(neighbor.public_id),
            ELSEWHERE: joined(stranger.public_id),
            STRANGER: signed_in.staff(elsewhere.id, now=people.NOW),
            FACTORLESS: signed_in.staff(world.biller_id, now=people.NOW),
            ANONYMOUS: Client(),
            **{role: signed_in.staff(world.biller_id, now=people.NOW, role=role) for role in STAFF},
        },
    )
    sandbox_client.mount(base_url=world.sandbox.base_url, transport=None)


def shared(world: World, payer_ref: str, invoice: InvoiceRow) -> dict[str, str]:
    """Let the owner share a bill and give access, be asked for a part, and help somebody; return all four."""
    email = f"{payer_ref.lower()}@example.test"
    account_id, payer_id = world.add_resident("Greta Giver", "greta@example.test")
    greta = relatives.Giver(world.payer_actor(payer_id, "Greta Giver"), payer_id, account_id)
    owed = world.invoice(account_id=account_id, payer_id=payer_id)
    asked = relatives.ask(world, owed, percent=50, email=email, giver=greta)
    owner = relatives.add_to(world, email)
    method = world.card(actor=greta.actor)
    helping = relatives.give(world, method=method, email=email, giver=greta)
    stand_in = act.step_in(actor=owner, now=world.now, ref=helping)
    order = PayOrder(payer_id, account_id, method, Mode.INVOICES, ((owed.public_id, 1_000),))
    seen = act.review(stand_in=stand_in, now=world.now, order=order).quote.digest
    return {
        "share": relatives.ask(world, invoice, percent=10),
        "asked": asked,
        "helper": relatives.give(world),
        "helping": helping,
        "helped": act.pay(stand_in=stand_in, now=world.now, order=order, key="matrix", seen=seen),
    }


def set_for_later(world: World, method: str) -> tuple[str, str]:
    """Set a payment for a later day and start autopay; return their public ids."""
    world.set_portal(schedule_payment=True)
    asked = {"actor": world.payer, "now": world.now, "order": world.order(method)}
    on = world.today + timedelta(days=7)
    seen = review.run(**asked, on=on).digest
    scheduled = schedule_payment.run(**asked, on=on, key="matrix", seen=seen)
    form = enroll.EnrollmentForm(payer_id=world.payer_id, account_id=world.account_id, method_ref=method)
    agreed = enroll.review(actor=world.payer, now=world.now, form=form)
    return scheduled, enroll.run(actor=world.payer, now=world.now, form=form, seen=agreed.digest)


def joined(payer_ref: str) -> Client:
    """Invite somebody for a payer, let them register, and sign them in."""
    email = f"{payer_ref.lower()}@example.test"
    wanted = Invite(payer_ref=payer_ref, email=email, profile_key="billing", may_see_confirmed=True)
    sent = invite.run(actor=OPERATOR, now=people.NOW, invite=wanted)
    accept_invitation.register(
        actor=people.visitor(),
        now=people.NOW,
        secret=people.secret_of(sent),
        registration=people.registration(email),
    )
    return signed_in.as_login(email=email)


def receipt_of(world: World) -> str:
    """Let the mail go out; return the notice of the payment's receipt."""
    for delivery in Delivery.objects.filter(biller_id=world.biller_id, notice__key="payment_receipt"):
        deliver.run(actor=WORKER, now=world.now, delivery_id=delivery.pk)
    return str(Notice.objects.get(biller_id=world.biller_id, key="payment_receipt").public_id)


def marks() -> list[tuple[Any, ...]]:
    """Return what would change if anything happened."""
    parts = [f"SELECT '{table}', count(*), coalesce(max(id), 0) FROM {table}" for table in WATCHED]
    parts.append("SELECT 'sent', coalesce(sum(times_sent), 0), count(revoked_at) FROM payers_invitation")
    parts.append("SELECT status, count(*), 0 FROM methods_paymentmethod GROUP BY status")
    parts.append("SELECT status, count(*), 0 FROM schedules_scheduled GROUP BY status")
    parts.append("SELECT status, count(*), 0 FROM sharing_share GROUP BY status")
    parts.append("SELECT status, count(*), 0 FROM sharing_helper GROUP BY status")
    parts.append("SELECT status, count(*), 0 FROM schedules_enrollment GROUP BY status")
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"({part})" for part in parts) + " ORDER BY 1, 2, 3")
        return cursor.fetchall()


def test_every_address_has_a_rule() -> None:
    assert sorted(set(names()) ^ set(RULES)) == []


def test_what_is_not_theirs_is_not_found_and_nothing_happens(scene: Scene, settings: Settings) -> None:
    wrong = []
    before = marks()
    for name, rule in RULES.items():
        for role in scene.roles:
            for method in ("GET", "POST") if not rule.allows(role) else ():
                answer = scene.ask(settings, role, method, name)
                if not refused(answer, role, at_desk=name.startswith("desk-")):
                    wrong.append(
                        f"{role} {method} {name}: {answer.status_code} {answer.headers.get('Location', '')}"
                    )
        if marks() != before:
            wrong.append(f"{name}: something happened")
            before = marks()
    assert wrong == []


def refused(answer: HttpResponse, role: str, *, at_desk: bool) -> bool:
    """Tell whether an answer gives nothing away."""
    if answer.status_code == NOT_THIS_METHOD:
        return True
    where = answer.headers.get("Location", "")
    if role == ANONYMOUS:
        return answer.status_code == 302 and where.startswith("/accounts/login/")
    if role == FACTORLESS and at_desk:
        return answer.status_code == 302 and where.startswith("/accounts/2fa/totp/activate/")
    # Staff who are nobody's payer are led to the desk from every page of the portal, whatever it names.
    if role not in {OWN, OTHER, ELSEWHERE} and not at_desk and (answer.status_code, where) == (302, "/desk/"):
        return True
    return answer.status_code == 404


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_is_theirs_is_answered(scene: Scene, settings: Settings, method: str) -> None:
    wrong = []
    for name, rule in RULES.items():
        for role in scene.roles if rule.who in {"payer", "staff", "some staff"} else ():
            if not rule.allows(role):
                continue
            answer = scene.ask(settings, role, method, name)
            # A second GET of what a POST ended may be gone; nothing else is.
            if answer.status_code >= 500 or (method == "GET" and answer.status_code == 404):
                wrong.append(f"{role} {method} {name}: {answer.status_code}")
    assert wrong == []


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_nobody_gets_an_error_on_open_addresses(scene: Scene, settings: Settings, method: str) -> None:
    wrong = []
    for name, rule in RULES.items():
        for role in (ANONYMOUS, OWN, ADMINISTRATOR) if rule.who in {"anybody", "signed in"} else ():
            # Asked on its own: nobody would be signed in after it.
            if name == "account_logout":
                continue
            answer = scene.ask(settings, role, method, name)
            if answer.status_code >= 500:
                wrong.append(f"{role} {method} {name}: {answer.status_code}")
    assert wrong == []
