"""Addresses of messages: whether one is ours, what was sent, which come, and stopping some."""

from __future__ import annotations

from django.urls import path

from counterfoil.portal.views import genuine, messages

urlpatterns = [
    path("messages/check/", genuine.check, name="portal-genuine"),
    path("messages/stop/<str:token>/", messages.stop_reminders, name="portal-stop-reminders"),
    path("messages/preferences/", messages.NoticePreferences.as_view(), name="portal-notice-preferences"),
    path("messages/", messages.MessageList.as_view(), name="portal-messages"),
    path("messages/<slug:ref>/", messages.MessagePage.as_view(), name="portal-message"),
]
