"""A member of staff who is signed in, and what that person looks for."""

from __future__ import annotations

import secrets
from urllib.parse import quote

from bench.inside import sessions
from counterfoil.billers.models import Biller
from counterfoil.core import clock
from counterfoil.core.actor import OPERATOR
from counterfoil.flows.identity import create_staff
from counterfoil.identity import permissions
from counterfoil.identity.models import Login
from counterfoil.invoices.models import Invoice
from counterfoil.payers.models import BillingAccount

EMAIL = "staff@example.test"
SPREAD = 16


def run() -> dict[str, object]:
    """Return a session, and the addresses of lists and of searches spread over the books, by kind."""
    biller = Biller.objects.get(key="bench-court")
    if not Login.objects.filter(email=EMAIL).exists():
        new = create_staff.NewStaff(
            email=EMAIL,
            name="Bench Clerk",
            role=permissions.ADMINISTRATOR,
            password=secrets.token_urlsafe(20),
        )
        create_staff.run(actor=OPERATOR, now=clock.now(), biller_id=biller.pk, new=new)
    here = f"/desk/{biller.key}"
    last = BillingAccount.objects.order_by("-pk").values_list("pk", flat=True)[0]
    some = BillingAccount.objects.filter(pk__in=[1 + at * last // SPREAD for at in range(SPREAD)])
    # The books' own names are not folded as the product folds them: accents would find nothing.
    words = [word for each in some for word in (each.number, each.holder_name) if word.isascii()]
    words += Invoice.objects.filter(account__in=some).order_by("pk").values_list("number", flat=True)[:SPREAD]
    return {
        "session": sessions.open_for(Login.objects.get(email=EMAIL)),
        "search": [f"{here}/search/?q={quote(word)}" for word in words],
        "accounts": [f"{here}/accounts/"],
        "invoices": [f"{here}/invoices/"],
    }
