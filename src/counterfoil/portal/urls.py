"""The payer's addresses."""

from __future__ import annotations

from django.urls import path

from counterfoil.portal.views import brand, invitations

urlpatterns = [
    path("brand/<slug:key>-<slug:digest>.css", brand.sheet, name="portal-brand"),
    path("invitations/", invitations.invitation, name="portal-invitation"),
    path("invitations/again/", invitations.again, name="portal-invitation-again"),
    path("invitations/<str:secret>/", invitations.follow, name="portal-invitation-follow"),
]
