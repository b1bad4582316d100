"""The second wall for what came later: no row can point across billers."""

from __future__ import annotations

from django.db import migrations

from counterfoil.core import db


class Migration(migrations.Migration):
    """Foreign keys of a method's accounts and of its past carry the biller."""

    dependencies = [
        ("methods", "0004_for_accounts"),
        ("payers", "0002_walls"),
        ("billers", "0001_initial"),
    ]
    operations = [
        db.CompositeKey(table="methods_methodaccount", column="method_id", parent="methods_paymentmethod"),
        db.CompositeKey(table="methods_methodaccount", column="account_id", parent="payers_billingaccount"),
        db.CompositeKey(table="methods_pastdetails", column="method_id", parent="methods_paymentmethod"),
        db.CompositeKey(
            table="methods_pastdetails", column="connection_id", parent="billers_gatewayconnection"
        ),
    ]
