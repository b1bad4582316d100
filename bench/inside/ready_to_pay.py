"""People who can pay: a gateway, logins, and a card for each, saved through the product's own flow."""

from __future__ import annotations

import httpx

from bench.inside import people, sessions
from bench.sites import MERCHANT
from counterfoil.core import clock
from counterfoil.flows.identity import actor as actor_flow
from counterfoil.flows.methods import add
from counterfoil.identity.models import Login
from counterfoil.invoices.models import Invoice
from counterfoil.payers.models import Payer, PortalAccess

CARD = {"number": "4242424242424242", "exp": "12/40", "cvc": "123", "zip": "60601"}


def run(gateway: str, first: int, count: int) -> list[dict[str, object]]:
    """Make the first `count` payers without a login, from `first` on, ready to pay.

    Return session and open invoices, oldest first, of each.
    """
    keys = {name: str(MERCHANT[name]) for name in ("public_key", "secret_key", "webhook_secret")}
    people.connect(config={"base_url": gateway, **keys})
    taken = PortalAccess.objects.values("payer_id")
    free = Payer.objects.filter(pk__gte=first).exclude(pk__in=taken).order_by("pk")
    logins = people.give(payer_ids=list(free.values_list("pk", flat=True)[:count]))
    with httpx.Client(base_url=gateway) as http:
        for payer_id, login_id in logins.items():
            answer = http.post("/fields/card", json={"merchant": MERCHANT["public_key"], **CARD})
            _save(payer_id, login_id, answer.json()["token"])
    signed_in = sessions.run(payer_ids=list(logins))
    refs: dict[int, list[str]] = {payer_id: [] for payer_id in logins}
    for payer_id, ref in (
        Invoice.objects.filter(payer_id__in=refs, status="open")
        .order_by("due_on", "pk")
        .values_list("payer_id", "public_id")
    ):
        refs[payer_id].append(ref)
    return [{"payer": pk, "session": signed_in[str(pk)], "invoices": refs[pk]} for pk in sorted(refs)]


def _save(payer_id: int, login_id: int, token: str) -> None:
    actor = actor_flow.run(login=Login.objects.get(pk=login_id), seen=actor_flow.Seen(ip="127.0.0.1"))
    form = add.NewMethodForm(
        payer_id=payer_id,
        kind="card",
        token=token,
        nickname="My card",
        is_default=True,
        address_id=None,
        new_address=None,
    )
    add.run(actor=actor, now=clock.now(), form=form)
