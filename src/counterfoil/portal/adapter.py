"""allauth's questions about our logins, answered by our flows. Staff and payers sign in through the same."""

from __future__ import annotations

from typing import Any, Final, cast

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import record_authentication
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.exceptions import ValidationError
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import get_language, gettext as _

from counterfoil.core import clock, errors, vault
from counterfoil.core.actor import Actor
from counterfoil.flows.identity import (
    actor as actor_flow,
    choose_language,
    note_new_device,
    note_security_change,
)
from counterfoil.flows.payers import accept_invitation, open_invitation
from counterfoil.flows.payers.accept_invitation import Registration
from counterfoil.flows.payers.open_invitation import Opened
from counterfoil.identity import queries as identity_queries
from counterfoil.payers import access_queries as payer_access
from counterfoil.portal import devices, own_mails
from counterfoil.ui import proof
from counterfoil.ui.requests import Request

# The secret of a link that was followed waits here, out of the address, until it is finished.
INVITATION: Final = "cf_invitation"
# The language that a visitor chose at the foot of a page, until they are signed in.
LANGUAGE: Final = "cf_language_chosen"
# The library's names for what was changed, and ours.
CHANGES: Final = {
    "password_changed": "password",
    "password_reset": "password",
    "password_set": "password",
    "email_changed": "email",
    "totp_activated": "one_time_codes_added",
    "totp_deactivated": "one_time_codes_removed",
    "recovery_codes_generated": "recovery_codes",
    "webauthn_added": "passkey_added",
    "webauthn_removed": "passkey_removed",
}
VAULT: Final = {"table": "mfa_authenticator", "column": "data"}


def find_invitation(request: HttpRequest) -> Opened | None:
    """Return the invitation whose link this visitor followed."""
    secret = request.session.get(INVITATION)
    return open_invitation.run(now=clock.now(), secret=secret) if secret else None


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc] # allauth ships no types
    """Sign-up by invitation alone, and where to go after signing in."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Tell whether this visitor holds an open invitation to an address without a login."""
        opened = find_invitation(request)
        return opened is not None and opened.is_open and not opened.has_login

    def clean_email(self, email: str) -> str:
        """Accept only the invited address when signing up; anything elsewhere is allauth's to judge."""
        request = context.request
        if request is not None and request.path == reverse("account_signup"):
            opened = find_invitation(request)
            if opened is None or identity_queries.normalize_email(email) != opened.email:
                raise ValidationError(_("Use the e-mail address that received the invitation."))
        return str(super().clean_email(email)).strip().lower()

    def save_user(self, request: HttpRequest, user: Any, form: BaseForm, commit: bool = True) -> Any:  # noqa: FBT001, FBT002 - allauth's signature
        """Make the login and finish the invitation in one flow."""
        user.set_password(form.cleaned_data["password1"])
        registration = Registration(
            email=form.cleaned_data["email"],
            password_hash=user.password,
            locale=get_language() or "",
            row=user,
        )
        try:
            login = accept_invitation.register(
                actor=cast(Request, request).actor,
                now=clock.now(),
                secret=request.session.get(INVITATION, ""),
                registration=registration,
            )
        except errors.Refused as refused:
            # Somebody finished or revoked it while the form was being filled in; the page says which.
            raise ImmediateHttpResponse(HttpResponseRedirect(reverse("portal-invitation"))) from refused
        # The link came by mail to this address, so it is proved.
        self.stash_verified_email(request, login.email)
        return login

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Ask for a new proof only where the last one, signing in included, is older than a quarter of an hour."""
        if proof.is_fresh(context.request):
            return False
        return bool(super().is_reauthentication_required(app=app, **kwargs))

    def post_login(self, request: HttpRequest, user: Any, *, signup: bool, **hooks: Any) -> HttpResponse:
        """Answer as the library does; tell the owner when the login was not used in this browser before."""
        response = cast(HttpResponse, super().post_login(request, user, signup=signup, **hooks))
        if signup:
            # Who chose a password a moment ago, over the invitation's link, is not asked for it again.
            record_authentication(request, user, method="password")
        if not signup and not devices.is_known(request, login_ref=user.public_id):
            device = devices.words(request.headers.get("User-Agent", ""))
            note_new_device.run(actor=_actor_of(request, user), now=clock.now(), device=device)
        _keep_language(request, user)
        devices.remember(request, response, login_ref=user.public_id)
        return response

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send the library's codes and links as notices of ours, in the language last chosen."""
        own_mails.send(
            template_prefix,
            email,
            context,
            device=devices.words(self.request.headers.get("User-Agent", "")),
            locale=self.request.session.get(LANGUAGE, ""),
        )

    def send_notification_mail(
        self, template_prefix: str, user: Any, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """Record a change of how somebody signs in, and tell it as a notice of ours, not as the library's mail."""
        change = note_security_change.Change(
            what=CHANGES.get(template_prefix.rpartition("/")[2], "other"),
            device=devices.words(self.request.headers.get("User-Agent", "")),
            login_ref=user.public_id,
            to_email=email or "",
        )
        note_security_change.run(actor=_actor_of(self.request, user), now=clock.now(), change=change)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Lead to an invitation that waits, else staff to the desk and payers to the portal."""
        if request.session.get(INVITATION):
            return reverse("portal-invitation")
        # Asked anew: the request's actor may have been read before the person was known.
        login_id = request.user.pk or 0
        if identity_queries.has_staff_role(login_id=login_id) and not payer_access.list_grants(
            login_id=login_id
        ):
            return "/desk/"
        return "/"

    def get_signup_redirect_url(self, request: HttpRequest) -> str:
        """Lead to the one question asked at registration; until here the invitation vouched for the address."""
        request.session.pop(INVITATION, None)
        return reverse("portal-welcome")


def _keep_language(request: HttpRequest, user: Any) -> None:
    """Take over what was chosen a moment ago on the way in: it says more than what was chosen another day."""
    chosen = request.session.pop(LANGUAGE, "")
    if chosen and chosen != user.locale:
        choose_language.run(actor=_actor_of(request, user), now=clock.now(), locale=chosen)


def _actor_of(request: HttpRequest, user: Any) -> Actor:
    """Return the login as an actor: the request's own may have been read before anybody was signed in."""
    known = cast(Request, request).actor
    seen = actor_flow.Seen(
        ip=known.ip,
        user_agent=known.user_agent,
        session_ref=known.session_ref,
        request_id=known.request_id,
    )
    return actor_flow.run(login=user, seen=seen)


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc] # the same
    """Second factors: sealed in the database, and not to be taken off where they are required."""

    def encrypt(self, text: str) -> str:
        """Seal a one-time-code seed; allauth would keep it in clear."""
        return vault.seal(text.encode(), **VAULT, row="-")

    def decrypt(self, encrypted_text: str) -> str:
        """Open what `encrypt` sealed."""
        return vault.open(encrypted_text, **VAULT, row="-").decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Keep the last second factor of staff where one is required."""
        if not settings.COUNTERFOIL_MFA_REQUIRED:
            return True
        if not identity_queries.has_staff_role(login_id=authenticator.user_id):
            return True
        return identity_queries.count_second_factors(login_id=authenticator.user_id) > 1
