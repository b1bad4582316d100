"""Who is asking: a login becomes an actor with all it may see and do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from counterfoil.core.actor import Actor, ActorKind
from counterfoil.identity import queries as identity_queries
from counterfoil.payers import access_queries as payer_access

# What the evidence of a payment keeps of a name; an e-mail address in its place may be longer.
LONGEST_NAME = 200


class SignedIn(Protocol):
    """What a flow needs of a login row that the session handed out."""

    pk: int
    public_id: str
    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Seen:
    """What a request shows of who sent it; evidence for authorizations."""

    ip: str = ""
    user_agent: str = ""
    session_ref: str = ""
    request_id: str = ""


def run(*, login: SignedIn, seen: Seen, at_desk: bool = False) -> Actor:
    """Return the actor of a signed-in login. One query for a payer in the portal, two for staff.

    Somebody who is both staff and a payer acts as staff at the desk and as a payer elsewhere.
    """
    payers = payer_access.list_grants(login_id=login.pk)
    # In the portal a payer acts as a payer alone, whatever else the person is.
    staff = identity_queries.list_staff_grants(login_id=login.pk) if at_desk or not payers else ()
    is_staff = bool(staff) and (at_desk or not payers)
    return Actor(
        kind=ActorKind.STAFF if is_staff else ActorKind.PAYER,
        ref=login.public_id,
        name=(login.name or login.email)[:LONGEST_NAME],
        login_id=login.pk,
        payers=payers,
        staff=staff,
        ip=seen.ip,
        user_agent=seen.user_agent,
        session_ref=seen.session_ref,
        request_id=seen.request_id,
    )


def visitor(*, seen: Seen) -> Actor:
    """Return the actor of somebody who is not signed in: may see nothing by itself."""
    return Actor(
        kind=ActorKind.PAYER,
        ref="visitor",
        ip=seen.ip,
        user_agent=seen.user_agent,
        session_ref=seen.session_ref,
        request_id=seen.request_id,
    )
