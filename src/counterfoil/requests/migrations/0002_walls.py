"""Requests and messages carry the biller in every key, so that none can point across billers."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

from counterfoil.core import db


class Migration(migrations.Migration):
    """Foreign keys of requests carry the biller."""

    dependencies: ClassVar[list[tuple[str, str]]] = [
        ("requests", "0001_initial"),
        ("payers", "0002_walls"),
    ]

    operations: ClassVar[list[db.CompositeKey]] = [
        db.CompositeKey(table="requests_request", column="payer_id", parent="payers_payer"),
        db.CompositeKey(table="requests_request", column="account_id", parent="payers_billingaccount"),
        db.CompositeKey(table="request_message", column="request_id", parent="requests_request"),
    ]
