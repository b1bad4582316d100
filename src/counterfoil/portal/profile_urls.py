"""Addresses of signing in and of My Profile."""

from __future__ import annotations

from django.urls import path

from counterfoil.portal.views import profile, session

urlpatterns = [
    path("profile/", profile.ProfilePage.as_view(), name="portal-profile"),
    path("language/", profile.switch_language, name="set_language"),
    path("session/", session.state, name="portal-session"),
    path("session/keep/", session.keep, name="portal-session-keep"),
]
