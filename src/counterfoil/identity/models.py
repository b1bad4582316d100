"""Logins, and what staff may do at which biller."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from counterfoil.identity import permissions


class LoginManager(BaseUserManager["Login"]):
    """Finds a login by its address, however it was typed."""

    def get_by_natural_key(self, username: str | None) -> Login:
        """Return the login with this e-mail address."""
        return self.get(email=(username or "").strip().lower())


class Login(AbstractBaseUser):
    """One person's way in. Belongs to no biller; what it opens is told by roles and portal accesses."""

    public_id = models.CharField(max_length=28, unique=True)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120, blank=True)
    locale = models.CharField(max_length=8, blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    objects: ClassVar[LoginManager] = LoginManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(email=Lower(F("email"))), name="login_email_is_lower"),
        )

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        """Return the name for greetings."""
        return self.name


class StaffRole(models.Model):
    """What a login may do as staff of one biller."""

    biller = models.ForeignKey("billers.Biller", on_delete=models.PROTECT, related_name="+")
    login = models.ForeignKey(Login, on_delete=models.PROTECT, db_index=False, related_name="+")
    role = models.CharField(max_length=20, choices=[(r, r) for r in permissions.ROLES])
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["login", "biller"], name="staff_role_once"),
            models.CheckConstraint(condition=Q(role__in=list(permissions.ROLES)), name="staff_role_known"),
        )
