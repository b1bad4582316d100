"""The way out of a window to save or renew a method, and the way back into it with everything kept."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from counterfoil.core import tokens
from counterfoil.portal import kept

KINDS: Final = ("bank", "card", "wallet")
RENEW: Final = "renew"


def add_url(kind: str, *, payer_ref: str, back: str) -> str:
    """Return the address that adds a method for a payer and leads to `back`, an address of ours, afterwards."""
    where = reverse("portal-wallet-add") if kind == "wallet" else reverse("portal-method-add", args=[kind])
    return f"{where}?{urlencode({'payer': payer_ref, 'back': tokens.sign(back, purpose=kept.BACK)})}"


def renew_url(method_ref: str, *, back: str) -> str:
    """Return the address that edits a saved method and leads to `back`, an address of ours, afterwards."""
    query = urlencode({"back": tokens.sign(back, purpose=kept.BACK)})
    return f"{reverse('portal-method-edit', args=[method_ref])}?{query}"


def back_url(request: HttpRequest) -> str:
    """Return where somebody came from; else the list of methods."""
    return kept.read_back(request.GET.get("back", "")) or reverse("portal-methods")


def return_url(request: HttpRequest, *, method_ref: str) -> str:
    """Return where somebody came from, with this method chosen there; else the list of methods."""
    back = kept.read_back(request.GET.get("back", ""))
    if not back:
        return reverse("portal-methods")
    return f"{back}{'&' if '?' in back else '?'}{urlencode({'method': method_ref})}"


def url_asked(asked: str, *, payer_ref: str, renewable: tuple[str, ...], back: str) -> str:
    """Return where a button of a window leads: `bank`, `card`, `wallet`, or `renew:` and one of `renewable`.

    Empty for anything else.
    """
    verb, _colon, ref = asked.partition(":")
    if asked in KINDS:
        return add_url(asked, payer_ref=payer_ref, back=back)
    return renew_url(ref, back=back) if verb == RENEW and ref in renewable else ""
