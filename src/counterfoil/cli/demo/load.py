"""Loads the demo through the same flows that people use: billers, staff, residents, bills, logins, payments."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import cast

from django.conf import settings
from django.contrib.auth import hashers

from counterfoil.billers import queries as biller_queries
from counterfoil.billers.queries import BillerRow
from counterfoil.cli.demo import outside, people
from counterfoil.core import errors, ids
from counterfoil.core.actor import OPERATOR, WORKER, Actor, ActorKind
from counterfoil.flows.billers import (
    change_connection,
    change_settings,
    connect_gateway,
    create as create_biller,
)
from counterfoil.flows.identity import actor as actors, create_staff
from counterfoil.flows.identity.actor import Seen, SignedIn
from counterfoil.flows.identity.create_staff import NewStaff
from counterfoil.flows.invoices import issue
from counterfoil.flows.methods import add
from counterfoil.flows.methods.add import NewAddress
from counterfoil.flows.notices import deliver
from counterfoil.flows.payers import accept_invitation, create_account, create_payer, invite, link
from counterfoil.flows.payers.accept_invitation import Registration
from counterfoil.flows.payments import prepare, submit
from counterfoil.flows.payments.orders import Mode, PayOrder, Submission
from counterfoil.gateways import base
from counterfoil.identity import queries as identity_queries
from counterfoil.invoices import queries as invoice_queries
from counterfoil.invoices.drafts import NewInvoice, NewLine
from counterfoil.notices import queries as notice_queries
from counterfoil.payers import access_queries as payer_access
from counterfoil.payers.drafts import NewAccount, NewLink, NewPayer

DUE_DAY = 5
HOME = NewAddress("18 Orchard Lane", "", "Springfield", "IL", "62704")


@dataclass
class Loaded:
    """What stands already, by the names that `people` gives."""

    now: datetime
    billers: dict[str, BillerRow] = field(default_factory=dict)
    public_keys: dict[str, str] = field(default_factory=dict)
    accounts: dict[str, int] = field(default_factory=dict)
    addressees: dict[str, int] = field(default_factory=dict)


def state() -> str:
    """Tell how far the demo is loaded: `none`, `half` (a load broke off), or `whole`."""
    try:
        biller = biller_queries.get_by_key(key=people.MAPLE_COURT.key)
    except errors.NotFound:
        return "none"
    # The last thing a load does is to invite the last payer.
    last = people.PAYERS[-1].email
    found = payer_access.list_access(actor=OPERATOR, biller_id=biller.id, search=last)
    return "whole" if any(access.invitation for access in found.rows) else "half"


def run(*, now: datetime) -> None:
    """Load everything. The practice gateway and the mailbox must answer."""
    loaded = Loaded(now)
    for biller in people.BILLERS:
        _biller(loaded, biller)
    for worker in people.STAFF:
        new = NewStaff(email=worker.email, name=worker.name, role=worker.role, password=people.STAFF_PASSWORD)
        create_staff.run(actor=OPERATOR, now=now, biller_id=loaded.billers[worker.biller].id, new=new)
    for resident in people.RESIDENTS:
        account = create_account.run(
            actor=OPERATOR,
            now=now,
            biller_id=loaded.billers[resident.biller].id,
            new=NewAccount(number=resident.number, holder_name=resident.name),
        )
        loaded.accounts[resident.number] = account.id
    payers = [(person, _payer(loaded, person)) for person in people.PAYERS]
    for resident in people.RESIDENTS:
        _bills(loaded, resident)
    for person, payer_ref in payers:
        _welcome(loaded, person, payer_ref)


def move(*, now: datetime) -> None:
    """Let the billers and the practice gateway find each other where they are now: at ports of this start."""
    for new in people.BILLERS:
        biller = biller_queries.get_by_key(key=new.key)
        for connection in biller_queries.list_active_connections(biller_id=biller.id):
            if connection.gateway_key != outside.GATEWAY:
                continue
            keys = {name: value for name, value in connection.config.items() if name != "base_url"}
            outside.introduce(biller=new, ref=connection.public_id, keys=keys)
            change_connection.run(
                actor=OPERATOR,
                now=now,
                biller_id=biller.id,
                public_id=connection.public_id,
                changes={"base_url": settings.COUNTERFOIL_SANDBOX_URL},
                # This start brought up the same gateway, with the same store, at another port.
                is_same_account=True,
            )


def _biller(loaded: Loaded, new: people.NewBiller) -> None:
    biller = create_biller.run(actor=OPERATOR, now=loaded.now, new=new)
    connection = outside.connection(biller=new, ref=ids.new("connection"))
    connect_gateway.run(actor=OPERATOR, now=loaded.now, biller_id=biller.id, new=connection)
    for section, changes in _settings(new.key).items():
        change_settings.run(
            actor=OPERATOR, now=loaded.now, biller_id=biller.id, section=section, changes=changes
        )
    loaded.billers[new.key] = biller
    loaded.public_keys[new.key] = connection.config["public_key"]


def _settings(key: str) -> dict[str, dict[str, object]]:
    """What a biller of the demo sets, by section."""
    found: dict[str, dict[str, object]] = {}
    if key in people.COLLECTS:
        found["portal"] = {"collects": True, "collection_days": people.COLLECTS[key]}
    if key in people.CARD_FEES:
        found["payments"] = {"card_fee_minor": people.CARD_FEES[key]}
    return found


def _payer(loaded: Loaded, person: people.Person) -> str:
    biller_id = loaded.billers[person.biller].id
    payer = create_payer.run(
        actor=OPERATOR,
        now=loaded.now,
        biller_id=biller_id,
        new=NewPayer(name=person.name, email=person.email, locale=person.locale, who_pays="self"),
    )
    for number, relation in person.pays_for:
        new = NewLink(
            account_id=loaded.accounts[number],
            payer_id=payer.id,
            relation=relation,
            is_default=person.addressee,
        )
        link.run(actor=OPERATOR, now=loaded.now, new=new)
        if person.addressee:
            loaded.addressees[number] = payer.id
    return payer.public_id


def _bills(loaded: Loaded, resident: people.Resident) -> None:
    """A bill a month, the newest for the month to come; older ones were issued when they were due to be."""
    biller = loaded.billers[resident.biller]
    today = biller_queries.today(biller=biller, now=loaded.now)
    for back in reversed(range(resident.months)):
        due_on = _due(today, months_back=back - 1)
        issued_on = due_on - timedelta(days=20)
        draft = NewInvoice(
            biller_id=biller.id,
            account_id=loaded.accounts[resident.number],
            payer_id=loaded.addressees[resident.number],
            number=f"{resident.number}-{due_on:%y%m}",
            issued_on=issued_on,
            due_on=due_on,
            currency=biller.currency,
            lines=tuple(NewLine(text, amount) for text, amount in resident.lines),
        )
        at = loaded.now - timedelta(days=max(0, (today - issued_on).days))
        issue.run(actor=OPERATOR, now=at, biller_id=biller.id, drafts=[draft])


def _due(today: date, *, months_back: int) -> date:
    months = today.year * 12 + today.month - 1 - months_back
    return date(months // 12, months % 12 + 1, DUE_DAY)


def _welcome(loaded: Loaded, person: people.Person, payer_ref: str) -> None:
    """Invite; and for those who have registered, follow the link of the mail as they did."""
    asked = invite.Invite(
        payer_ref=payer_ref, email=person.email, profile_key=person.profile, may_see_confirmed=True
    )
    invite.run(actor=OPERATOR, now=loaded.now, invite=asked)
    # What waits in the outbox goes out now: the worker is not up yet.
    for delivery_id in notice_queries.list_due_ids(now=loaded.now + timedelta(hours=1), limit=100):
        deliver.run(actor=WORKER, now=loaded.now + timedelta(hours=1), delivery_id=delivery_id)
    if not person.registered:
        return
    actor = _join(loaded, person, outside.invitation_secret(email=person.email))
    for kind in person.methods:
        _save_and_pay(loaded, person, actor, kind)


def _join(loaded: Loaded, person: people.Person, secret: str) -> Actor:
    known = identity_queries.find_by_email(email=person.email)
    if known is None:
        registration = Registration(
            email=person.email,
            password_hash=hashers.make_password(people.PAYER_PASSWORD),
            locale=person.locale,
            row=None,
        )
        row = cast(
            SignedIn,
            accept_invitation.register(
                actor=actors.visitor(seen=Seen()), now=loaded.now, secret=secret, registration=registration
            ),
        )
        return actors.run(login=row, seen=Seen())
    login = Actor(kind=ActorKind.PAYER, ref=known.public_id, name=known.name, login_id=known.id)
    accept_invitation.run(actor=login, now=loaded.now, secret=secret)
    return login


def _save_and_pay(loaded: Loaded, person: people.Person, actor: Actor, kind: str) -> None:
    """Save a method, and pay the oldest bills with it, so that there is something to look back on."""
    payer_id = loaded.addressees[person.pays_for[0][0]]
    form = add.NewMethodForm(
        payer_id=payer_id,
        kind=cast(base.Kind, kind),
        token=outside.token(kind=kind, public_key=loaded.public_keys[person.biller]),
        nickname=" and ".join(_holder(number) for number, _ in person.pays_for),
        is_default=True,
        address_id=None,
        new_address=HOME,
    )
    method_ref = add.run(actor=actor, now=loaded.now, form=form)
    for number, _ in person.pays_for:
        resident = next(r for r in people.RESIDENTS if r.number == number)
        unpaid = invoice_queries.list_open(actor=actor, payer_id=payer_id, account_id=loaded.accounts[number])
        amounts = tuple((row.public_id, row.payable_minor) for row in unpaid[: resident.paid_months])
        _pay(loaded, actor, PayOrder(payer_id, loaded.accounts[number], method_ref, Mode.INVOICES, amounts))


def _pay(loaded: Loaded, actor: Actor, order: PayOrder) -> None:
    reviewed = prepare.run(actor=actor, now=loaded.now, order=order)
    key = secrets.token_urlsafe(16)
    submission = Submission(order, scope="form", key=key, seen=reviewed.quote.digest)
    submit.run(actor=actor, now=loaded.now, submission=submission)


def _holder(number: str) -> str:
    return next(resident.name for resident in people.RESIDENTS if resident.number == number)


def addresses() -> Sequence[tuple[str, str, str, str]]:
    """Return who can log in: what as, name, e-mail address, password."""
    staff = [(f"staff, {w.biller}, {w.role}", w.name, w.email, people.STAFF_PASSWORD) for w in people.STAFF]
    seen: set[str] = set()
    payers = []
    for person in people.PAYERS:
        if person.registered and person.email not in seen:
            seen.add(person.email)
            payers.append((f"payer: {person.about}", person.name, person.email, people.PAYER_PASSWORD))
    return [*staff, *payers]
