"""The second wall: no row can point across billers."""

from __future__ import annotations

from django.db import migrations

from counterfoil.core import db


class Migration(migrations.Migration):
    """Foreign keys of refunds carry the biller."""

    dependencies = [("refunds", "0001_initial"), ("payers", "0002_walls"), ("payments", "0002_walls")]
    operations = [
        db.CompositeKey(table="refunds_refund", column="payment_id", parent="payments_payment"),
        db.CompositeKey(table="refunds_refund", column="account_id", parent="payers_billingaccount"),
        db.CompositeKey(table="refunds_refund", column="payer_id", parent="payers_payer"),
    ]
