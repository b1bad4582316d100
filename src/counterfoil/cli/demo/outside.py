"""What the demo asks of the practice gateway and of the mailbox, over HTTP as anybody would."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Any, Final

import httpx
from django.conf import settings

from counterfoil.billers.drafts import NewBiller, NewConnection
from counterfoil.cli.demo import people

GATEWAY: Final = "sandbox"
_LINK: Final = re.compile(r"/invitations/([\w-]+)/")
TYPED: Final[dict[str, dict[str, str]]] = {
    "card": {"number": "4242424242424242", "exp": "12/40", "cvc": "123", "zip": "62701"},
    "bank": {
        "name": "James Ortega",
        "routing": "110000000",
        "account": "000123456789",
        "account_confirm": "000123456789",
        "account_kind": "checking",
        "holder_kind": "personal",
        "mine": "yes",
    },
}


def connection(*, biller: NewBiller, ref: str) -> NewConnection:
    """Make the biller's merchant at the practice gateway; return the connection to it, to be kept under `ref`."""
    name = biller.key.replace("-", "_")
    keys = {
        "public_key": f"pk_demo_{name}",
        "secret_key": f"sk_demo_{name}_{os.urandom(12).hex()}",
        "webhook_secret": f"whsec_demo_{os.urandom(16).hex()}",
    }
    introduce(biller=biller, ref=ref, keys=keys)
    return NewConnection(
        gateway_key=GATEWAY,
        name="Sandbox gateway (practice money)",
        # PayPal at the first house only, so that both ways can be seen.
        kinds=("bank", "card", "wallet") if biller.key == people.MAPLE_COURT.key else ("bank", "card"),
        config={"base_url": settings.COUNTERFOIL_SANDBOX_URL, **keys},
        public_id=ref,
    )


def introduce(*, biller: NewBiller, ref: str, keys: Mapping[str, str]) -> None:
    """Tell the practice gateway who the biller is and where the portal is now: a port can be another one each time."""
    merchant = {
        "id": f"mer_{biller.key.replace('-', '_')}",
        "name": biller.name,
        "webhook_url": f"{settings.COUNTERFOIL_BASE_URL}/inbound/{GATEWAY}/{ref}/",
        "origins": [settings.COUNTERFOIL_BASE_URL],
        **keys,
    }
    _post(
        f"{settings.COUNTERFOIL_SANDBOX_URL}/v1/admin/merchants",
        merchant,
        {"Authorization": f"Bearer {os.environ['SANDBOX_ADMIN_KEY']}"},
    )


def token(*, kind: str, public_key: str) -> str:
    """Type a practice card or bank account into the gateway's own fields; return what it gives for it."""
    typed = {"merchant": public_key, **TYPED[kind]}
    return str(_post(f"{settings.COUNTERFOIL_SANDBOX_URL}/fields/{kind}", typed)["token"])


def invitation_secret(*, email: str) -> str:
    """Read the newest invitation to this address in the mailbox; return its link's secret."""
    page = f"http://localhost:{os.environ['MAILBOX_PORT']}/messages.json"
    answer = httpx.get(page, params={"to": email}, timeout=10, trust_env=False).raise_for_status()
    for message in answer.json()["messages"]:
        found = _LINK.search(str(message["text"]))
        if found:
            return found.group(1)
    raise LookupError(f"no invitation to {email} in the mailbox")


def _post(address: str, values: dict[str, Any], headers: dict[str, str] | None = None) -> dict[str, Any]:
    answer = httpx.post(address, json=values, headers=headers, timeout=10, trust_env=False)
    return dict(answer.raise_for_status().json())
