"""Addresses of signing in, of My Profile and of Help."""

from __future__ import annotations

from django.urls import path

from counterfoil.portal.views import help as helps, profile, session, sessions, who_pays

urlpatterns = [
    path("profile/", profile.ProfilePage.as_view(), name="portal-profile"),
    path("profile/contact/<slug:ref>/", profile.ChangeContact.as_view(), name="portal-contact"),
    path("profile/who-pays/<slug:ref>/", who_pays.ChooseWhoPays.as_view(), name="portal-who-pays"),
    path("profile/access/<slug:ref>/end/", profile.LeaveAccess.as_view(), name="portal-access-end"),
    path("profile/sessions/", sessions.SessionList.as_view(), name="portal-sessions"),
    path("welcome/", who_pays.Welcome.as_view(), name="portal-welcome"),
    path("help/", helps.answers, name="portal-help"),
    path("language/", profile.switch_language, name="set_language"),
    path("session/", session.state, name="portal-session"),
    path("session/keep/", session.keep, name="portal-session-keep"),
]
