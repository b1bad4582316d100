"""Connect Center: who may use the portal, and what they may do there."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from counterfoil.core import errors
from counterfoil.desk import desk as desks, lists, portal_access
from counterfoil.desk.desk import Desk
from counterfoil.desk.forms.invite import InviteForm
from counterfoil.flows.payers import end_access, invite as invite_flow, resend_invitation, revoke_invitation
from counterfoil.identity import permissions
from counterfoil.payers import (
    access_queries as payer_access,
    permissions as portal_permissions,
    queries as payer_queries,
)
from counterfoil.payers.rows import PayerRow, ProfileRow
from counterfoil.payers.states import InvitationState

PLACE = "desk-access"


@require_safe
@desks.page(permissions.INVITE_PAYERS)
def enter(_request: HttpRequest, desk: Desk) -> HttpResponse:
    """Lead to the first tab."""
    return HttpResponseRedirect(desk.path("desk-access"))


@require_safe
@desks.page(permissions.INVITE_PAYERS)
def access(request: HttpRequest, desk: Desk) -> HttpResponse:
    """List every payer with the state of the invitation and who acts for them."""
    search = lists.words(request)
    found = payer_access.list_access(
        actor=desk.actor,
        biller_id=desk.biller.id,
        search=search,
        after=payer_queries.read_cursor(lists.mark(request)),
    )
    total = payer_queries.count_payers(actor=desk.actor, biller_id=desk.biller.id, search=search)
    context = {
        "lines": [portal_access.line(access=each, now=desk.now) for each in found.rows],
        "search_query": search,
        "foot": lists.foot(request, shown=len(found.rows), total=total, after=str(found.next or "")),
        "total": total,
    }
    return desks.show(request, desk, "access.html", place=PLACE, context=context)


@require_http_methods(["GET", "HEAD", "POST"])
@desks.page(permissions.INVITE_PAYERS)
def invite(request: HttpRequest, desk: Desk, ref: str) -> HttpResponse:
    """Invite one payer, or the person who will act for one."""
    payer = payer_queries.get_payer(actor=desk.actor, public_id=ref)
    profiles = payer_access.list_profiles(actor=desk.actor, biller_id=desk.biller.id)
    form = _invite_form(request, desk, payer, profiles)
    if request.method == "POST" and form.is_valid() and _sent(request, desk, payer, form):
        return HttpResponseRedirect(desk.path("desk-access"))
    return desks.show(request, desk, "invite.html", place=PLACE, context={"payer": payer, "form": form})


@require_POST
@desks.page(permissions.INVITE_PAYERS)
def resend(request: HttpRequest, desk: Desk, ref: str) -> HttpResponse:
    """Send an invitation again."""
    try:
        sent = resend_invitation.run(actor=desk.actor, now=desk.now, invitation_ref=ref)
    except errors.Stale as stale:
        messages.error(request, stale.message)
    else:
        messages.success(request, _("The invitation was sent again to %(email)s.") % {"email": sent.email})
    return HttpResponseRedirect(desk.path("desk-access"))


@require_http_methods(["GET", "HEAD", "POST"])
@desks.page(permissions.INVITE_PAYERS)
def revoke(request: HttpRequest, desk: Desk, ref: str) -> HttpResponse:
    """Say what revoking does; then revoke."""
    invitation = payer_access.get_invitation(actor=desk.actor, public_id=ref)
    if request.method != "POST":
        is_open = invitation.state(desk.now) in {InvitationState.PENDING, InvitationState.EXPIRED}
        context = {"invitation": invitation, "is_open": is_open}
        return desks.show(request, desk, "revoke.html", place=PLACE, context=context)
    try:
        revoke_invitation.run(actor=desk.actor, now=desk.now, invitation_ref=ref)
    except errors.Stale as stale:
        messages.error(request, stale.message)
    else:
        messages.success(request, _("The invitation to %(email)s was revoked.") % {"email": invitation.email})
    return HttpResponseRedirect(desk.path("desk-access"))


@require_http_methods(["GET", "HEAD", "POST"])
@desks.page(permissions.INVITE_PAYERS)
def withdraw(request: HttpRequest, desk: Desk, ref: str, login_ref: str) -> HttpResponse:
    """Say what ending somebody's access does; then end it."""
    found = payer_access.find_access(actor=desk.actor, payer_public_id=ref, login_ref=login_ref)
    if found is None:
        raise errors.NotFound("access")
    payer, given = found
    if request.method != "POST":
        context = {"payer": payer, "access": given}
        return desks.show(request, desk, "access_end.html", place=PLACE, context=context)
    try:
        end_access.run(actor=desk.actor, now=desk.now, payer_ref=ref, login_ref=login_ref)
    except errors.Stale as stale:
        messages.error(request, stale.message)
    else:
        messages.success(request, _("The access to the bills of %(name)s was ended.") % {"name": payer.name})
    return HttpResponseRedirect(desk.path("desk-payer", ref))


@require_safe
@desks.page(permissions.INVITE_PAYERS)
def profiles(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show the user profiles and what each allows."""
    found = payer_access.list_profiles(actor=desk.actor, biller_id=desk.biller.id)
    context = {
        "profiles": [profile.name for profile in found],
        "rights": [
            (
                portal_permissions.LABELS[right],
                [(profile.name, right in profile.permissions) for profile in found],
            )
            for right in portal_permissions.ALL
        ],
    }
    return desks.show(request, desk, "profiles.html", place=PLACE, context=context)


def _invite_form(request: HttpRequest, desk: Desk, payer: PayerRow, profiles: list[ProfileRow]) -> InviteForm:
    links = payer_queries.list_payer_accounts(actor=desk.actor, payer_ids=[payer.id])
    holders = list(dict.fromkeys(link.account.holder_name for link in links))
    return InviteForm(
        request.POST if request.method == "POST" else None,
        profiles=profiles,
        for_whom=", ".join(holders[:3]) or payer.name,
        initial={"email": payer.email},
    )


def _sent(request: HttpRequest, desk: Desk, payer: PayerRow, form: InviteForm) -> bool:
    """Send the invitation; where it is refused, say so beside the field."""
    wanted = invite_flow.Invite(
        payer_ref=payer.public_id,
        email=form.cleaned_data["email"],
        profile_key=form.cleaned_data["profile"],
        may_see_confirmed=form.cleaned_data["may_see_confirmed"],
    )
    try:
        invite_flow.run(actor=desk.actor, now=desk.now, invite=wanted)
    except errors.NotPermitted:
        raise
    except errors.Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, refused.message)
        return False
    messages.success(request, _("The invitation was sent to %(email)s.") % {"email": wanted.email})
    return True
