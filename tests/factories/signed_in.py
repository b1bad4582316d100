"""People in front of a browser without one: the test client, signed in as staff, as a payer, or as nobody."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.contrib.auth import get_user_model
from django.test import Client

from counterfoil.core import clock
from counterfoil.core.actor import OPERATOR
from counterfoil.flows.identity import create_staff
from counterfoil.flows.identity.create_staff import NewStaff
from counterfoil.identity import permissions

PASSWORD = "correct horse battery"


def staff(
    *biller_ids: int,
    now: datetime,
    role: str = permissions.ADMINISTRATOR,
    email: str = "",
    name: str = "Sam Staff",
) -> Client:
    """Return a client signed in as somebody who works for these billers."""
    address = email or f"staff-{secrets.token_hex(5)}@example.test"
    for biller_id in biller_ids:
        new = NewStaff(email=address, name=name, role=role, password=PASSWORD)
        create_staff.run(actor=OPERATOR, now=now, biller_id=biller_id, new=new)
    return as_login(email=address)


def as_login(*, email: str = "", ref: str = "") -> Client:
    """Return a client signed in as a login that exists, by its address or its public id."""
    wanted = {"public_id": ref} if ref else {"email": email}
    client = Client()
    client.force_login(get_user_model().objects.get(**wanted))
    prove(client)
    return client


def prove(client: Client, *, ago: timedelta = timedelta(0)) -> None:
    """Let the person have proved so long ago who they are, as signing in does."""
    session = client.session
    at = (clock.real_now() - ago).timestamp()
    session["account_authentication_methods"] = [{"method": "password", "at": at}]
    session["account_authentication_methods_user"] = session["_auth_user_id"]
    session.save()
