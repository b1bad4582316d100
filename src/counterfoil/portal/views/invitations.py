"""Following an invitation: the link, what it is about, finishing it, and asking for it again."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from counterfoil.core import clock, errors
from counterfoil.flows.payers import accept_invitation, resend_by_address
from counterfoil.identity import queries as identity_queries
from counterfoil.portal import adapter
from counterfoil.portal.forms.invitations import AskAgain
from counterfoil.ui.requests import Request


@require_GET
def follow(request: HttpRequest, secret: str) -> HttpResponse:
    """Take the secret out of the address before anything else is asked. Uses nothing up."""
    request.session[adapter.INVITATION] = secret
    return HttpResponseRedirect(reverse("portal-invitation"))


@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest) -> HttpResponse:
    """Show what the invitation is about, and add it to the login that is signed in."""
    opened = adapter.find_invitation(request)
    email = getattr(request.user, "email", "")
    is_mine = opened is not None and identity_queries.normalize_email(email) == opened.email
    if request.method == "POST" and opened is not None:
        return _accept(request)
    return render(
        request,
        "portal/invitations/invitation.html",
        {"opened": opened, "brand": opened.brand if opened else None, "is_mine": is_mine},
        status=200 if opened is not None else 404,
    )


@require_http_methods(["GET", "POST"])
def again(request: HttpRequest) -> HttpResponse:
    """Send invitations to an address again; the answer is the same for every address."""
    form = AskAgain(request.POST or None)
    is_sent = request.method == "POST" and form.is_valid()
    if is_sent:
        resend_by_address.run(
            actor=cast(Request, request).actor, now=clock.now(), email=form.cleaned_data["email"]
        )
    opened = adapter.find_invitation(request)
    return render(
        request,
        "portal/invitations/again.html",
        {"form": form, "is_sent": is_sent, "brand": opened.brand if opened else None},
    )


def _accept(request: HttpRequest) -> HttpResponse:
    secret = request.session.get(adapter.INVITATION, "")
    try:
        accept_invitation.run(actor=cast(Request, request).actor, now=clock.now(), secret=secret)
    except errors.Refused as refused:
        messages.error(request, refused.message)
        return HttpResponseRedirect(reverse("portal-invitation"))
    del request.session[adapter.INVITATION]
    messages.success(request, _("The bills are now part of your login."))
    return HttpResponseRedirect("/")
