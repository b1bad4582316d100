"""Billing accounts, who pays for them, and which logins act for whom."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper

from counterfoil.payers import states

RELATIONS = (
    "resident",
    "spouse",
    "child",
    "power_of_attorney",
    "guardian",
    "trustee",
    "consumer",
    "other",
)
INVOICE_PREFERENCES = ("email", "hand", "mail")
WHO_PAYS = ("", "self", "autopay", "biller_collects")


class BillingAccount(models.Model):
    """The biller's number for whom is billed."""

    public_id = models.CharField(max_length=28, unique=True)
    biller = models.ForeignKey("billers.Biller", on_delete=models.PROTECT, db_index=False, related_name="+")
    number = models.CharField(max_length=40)
    holder_name = models.CharField(max_length=120)
    sort_name = models.CharField(max_length=120)
    standing = models.CharField(max_length=8, default=states.Standing.ACTIVE)
    external_ref = models.CharField(max_length=80, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["biller", "id"], name="account_biller_id"),
            models.UniqueConstraint(fields=["biller", "number"], name="account_number"),
            models.CheckConstraint(condition=Q(standing__in=states.STANDING.states), name="account_standing"),
        )
        indexes = (
            models.Index(fields=["biller", "sort_name", "id"], name="account_by_name"),
            GinIndex(fields=["sort_name"], opclasses=["gin_trgm_ops"], name="account_name_parts"),
            models.Index(OpClass(Upper("number"), name="text_pattern_ops"), name="account_number_begins"),
        )


class Payer(models.Model):
    """A person or organization that pays, as one biller knows it."""

    public_id = models.CharField(max_length=28, unique=True)
    biller = models.ForeignKey("billers.Biller", on_delete=models.PROTECT, db_index=False, related_name="+")
    name = models.CharField(max_length=120)
    sort_name = models.CharField(max_length=120)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=32, blank=True)
    locale = models.CharField(max_length=8, default="en")
    invoice_preference = models.CharField(max_length=8, default="email")
    who_pays = models.CharField(max_length=16, blank=True)
    # The day of the month that was agreed on, where the biller collects.
    collection_day = models.PositiveSmallIntegerField(null=True)
    # Bills of others were shared with this payer once; until then no query looks for any.
    has_parts = models.BooleanField(default=False, db_default=False)
    created_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["biller", "id"], name="payer_biller_id"),
            models.CheckConstraint(
                condition=Q(invoice_preference__in=INVOICE_PREFERENCES), name="payer_invoice_preference"
            ),
            models.CheckConstraint(condition=Q(who_pays__in=WHO_PAYS), name="payer_who_pays"),
            models.CheckConstraint(
                condition=Q(collection_day=None) | Q(who_pays="biller_collects"), name="payer_collection_day"
            ),
        )
        indexes = (
            models.Index(fields=["biller", "sort_name", "id"], name="payer_by_name"),
            models.Index(fields=["email"], name="payer_by_email", condition=~Q(email="")),
            GinIndex(fields=["sort_name"], opclasses=["gin_trgm_ops"], name="payer_name_parts"),
            models.Index(fields=["email"], opclasses=["varchar_pattern_ops"], name="payer_email_begins"),
        )


class AccountPayer(models.Model):
    """Who pays for which billing account; one of them is the default."""

    biller = models.ForeignKey("billers.Biller", on_delete=models.PROTECT, db_index=False, related_name="+")
    account = models.ForeignKey(
        BillingAccount, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    payer = models.ForeignKey(Payer, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    relation = models.CharField(max_length=20, default="other")
    is_default = models.BooleanField(default=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["account", "payer"], name="account_payer_once"),
            models.UniqueConstraint(
                fields=["account"], condition=Q(is_default=True), name="account_payer_one_default"
            ),
            models.CheckConstraint(condition=Q(relation__in=RELATIONS), name="account_payer_relation"),
        )


class UserProfile(models.Model):
    """A named set of permissions for portal users of one biller."""

    biller = models.ForeignKey("billers.Biller", on_delete=models.PROTECT, db_index=False, related_name="+")
    key = models.CharField(max_length=40)
    name = models.CharField(max_length=60)
    permissions = ArrayField(models.CharField(max_length=20))

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["biller", "id"], name="user_profile_biller_id"),
            models.UniqueConstraint(fields=["biller", "key"], name="user_profile_key"),
        )


class PortalAccess(models.Model):
    """A login acts for a payer, with a user profile, from joining to ending."""

    biller = models.ForeignKey("billers.Biller", on_delete=models.PROTECT, db_index=False, related_name="+")
    login = models.ForeignKey("identity.Login", on_delete=models.PROTECT, db_index=False, related_name="+")
    payer = models.ForeignKey(Payer, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    profile = models.ForeignKey(
        UserProfile, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    joined_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["login", "payer"], condition=Q(ended_at=None), name="portal_access_once"
            ),
        )


class Invitation(models.Model):
    """A payer was asked to register. Only the digest of the link's secret is kept."""

    public_id = models.CharField(max_length=28, unique=True)
    biller = models.ForeignKey("billers.Biller", on_delete=models.PROTECT, db_index=False, related_name="+")
    payer = models.ForeignKey(Payer, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    profile = models.ForeignKey(
        UserProfile, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    email = models.EmailField()
    digest = models.BinaryField(unique=True)
    times_sent = models.PositiveSmallIntegerField(default=1)
    may_see_confirmed_at = models.DateTimeField()
    may_see_confirmed_by_ref = models.CharField(max_length=64)
    invited_by_ref = models.CharField(max_length=64)
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["payer", "email"],
                condition=Q(used_at=None, revoked_at=None),
                name="invitation_one_open",
            ),
            models.CheckConstraint(condition=Q(used_at=None) | Q(revoked_at=None), name="invitation_one_end"),
        )
        indexes = (
            models.Index(fields=["biller", "-id"], name="invitation_by_biller"),
            models.Index(fields=["email"], name="invitation_by_email"),
        )
