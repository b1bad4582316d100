"""The second wall: no row can point across billers."""

from __future__ import annotations

from django.db import migrations

from counterfoil.core import db


class Migration(migrations.Migration):
    """Foreign keys of methods carry the biller."""

    dependencies = [
        ("methods", "0001_initial"),
        ("payers", "0002_walls"),
        ("billers", "0001_initial"),
    ]
    operations = [
        db.CompositeKey(table="methods_billingaddress", column="payer_id", parent="payers_payer"),
        db.CompositeKey(table="methods_paymentmethod", column="payer_id", parent="payers_payer"),
        db.CompositeKey(table="methods_paymentmethod", column="address_id", parent="methods_billingaddress"),
        db.CompositeKey(
            table="methods_paymentmethod", column="connection_id", parent="billers_gatewayconnection"
        ),
    ]
