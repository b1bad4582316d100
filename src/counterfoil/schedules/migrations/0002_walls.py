"""The second wall: no row can point across billers."""

from __future__ import annotations

from django.db import migrations

from counterfoil.core import db


class Migration(migrations.Migration):
    """Foreign keys of what is set for later carry the biller."""

    dependencies = [
        ("schedules", "0001_initial"),
        ("payers", "0002_walls"),
        ("methods", "0002_walls"),
        ("agreements", "0002_walls"),
        ("payments", "0002_walls"),
    ]
    operations = [
        db.CompositeKey(table="schedules_enrollment", column="payer_id", parent="payers_payer"),
        db.CompositeKey(table="schedules_enrollment", column="account_id", parent="payers_billingaccount"),
        db.CompositeKey(table="schedules_enrollment", column="method_id", parent="methods_paymentmethod"),
        db.CompositeKey(
            table="schedules_enrollment", column="authorization_id", parent="agreements_authorization"
        ),
        db.CompositeKey(table="schedules_scheduled", column="payer_id", parent="payers_payer"),
        db.CompositeKey(table="schedules_scheduled", column="account_id", parent="payers_billingaccount"),
        db.CompositeKey(table="schedules_scheduled", column="method_id", parent="methods_paymentmethod"),
        db.CompositeKey(
            table="schedules_scheduled", column="authorization_id", parent="agreements_authorization"
        ),
        db.CompositeKey(table="schedules_scheduled", column="enrollment_id", parent="schedules_enrollment"),
        db.CompositeKey(table="schedules_scheduled", column="payment_id", parent="payments_payment"),
        db.CompositeKey(table="schedules_scheduled", column="retry_of_id", parent="payments_payment"),
    ]
