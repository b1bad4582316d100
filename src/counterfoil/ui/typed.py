"""What was typed into a form that could not be taken yet, kept until its page is opened again.

A session ends, or a new proof of identity is asked for, while somebody fills in a form. What they typed waits in
the session that follows, sealed, for that page and that login alone, and stands in the form's fields when they
are back. Secrets do not wait: passwords, codes, and whatever belongs to a card or bank account are asked for again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from django import forms
from django.forms.boundfield import BoundField
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

from counterfoil.core import clock, keyring, vault

KEPT: Final = "cf_typed"
# Whose session ended in this browser: what they type after it is kept for them alone.
WAS: Final = "cf_was"
GOOD_FOR: Final = timedelta(hours=1)
LONGEST: Final = 60_000  # letters; more was not typed by hand
ENDED: Final = "ended"
PROOF: Final = "proof"
WHYS: Final = frozenset({ENDED, PROOF})
SECRET: Final = ("password", "routing", "account_number", "security_code", "secret", "otp", "token")
OURS: Final = frozenset({"code", "next", "step", "cf_page"})
VAULT: Final = {"table": "django_session", "column": "typed"}


@dataclass(frozen=True, slots=True)
class Typed:
    """The fields of one form as they were sent, and why it was not taken: `ended` or `proof`."""

    fields: Mapping[str, Sequence[str]]
    why: str

    def fill(self, bound: BoundField) -> None:
        """Put what was typed into a field of a form that was not sent, before it is drawn."""
        if bound.form.is_bound or isinstance(bound.field.widget, (forms.PasswordInput, forms.HiddenInput)):
            return
        name = bound.html_name
        if isinstance(bound.field.widget, forms.CheckboxInput):
            bound.form.initial[bound.name] = name in self.fields
        elif name not in self.fields:
            return
        elif getattr(bound.field.widget, "allow_multiple_selected", False):
            bound.form.initial[bound.name] = list(self.fields[name])
        else:
            bound.form.initial[bound.name] = self.fields[name][-1]


def place(request: HttpRequest) -> str:
    """Return the address of the page whose form this is: itself, or where the sent form stood."""
    here = request.get_full_path()
    if request.method != "POST" or "X-Ui-Window" in request.headers:
        return here
    stood = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(stood, allowed_hosts={request.get_host()}):
        return here
    parts = urlsplit(stood)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def keep(request: HttpRequest, *, login_ref: str, why: str, page: str = "") -> None:
    """Let what this request sent wait for `login_ref` at its page, in place of what waited there."""
    fields = {name: values for name, values in request.POST.lists() if not _is_secret(name)}
    text = json.dumps(fields)
    if not fields or len(text) > LONGEST:
        return
    request.session[KEPT] = {
        "login": login_ref,
        "page": page or place(request),
        "why": why,
        "at": clock.real_now().timestamp(),
        "fields": vault.seal(text.encode(), **VAULT, row=login_ref),
    }


def take(request: HttpRequest, *, login_ref: str) -> Typed | None:
    """Return what waits for this login at this page, once; what waits for somebody else is dropped."""
    waiting: dict[str, Any] | None = request.session.get(KEPT)
    if waiting is None:
        return None
    is_over = clock.real_now().timestamp() - waiting["at"] > GOOD_FOR.total_seconds()
    if waiting["login"] == login_ref and not is_over and waiting["page"] != request.get_full_path():
        return None
    del request.session[KEPT]
    if waiting["login"] != login_ref or is_over:
        return None
    try:
        opened = vault.open(waiting["fields"], **VAULT, row=login_ref)
    except (vault.SealBroken, keyring.KeyRingError):
        return None
    return Typed(fields=json.loads(opened), why=waiting["why"])


def _is_secret(name: str) -> bool:
    folded = name.lower()
    return folded in OURS or any(part in folded for part in SECRET)
