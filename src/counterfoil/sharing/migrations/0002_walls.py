"""The second wall: no row can point across billers."""

from __future__ import annotations

from django.db import migrations

from counterfoil.core import db

SHARE, HELPER = "sharing_share", "sharing_helper"


class Migration(migrations.Migration):
    """Foreign keys of shares and helpers carry the biller."""

    dependencies = [
        ("sharing", "0001_initial"),
        ("payers", "0002_walls"),
        ("methods", "0002_walls"),
        ("invoices", "0002_walls"),
    ]
    operations = [
        db.CompositeKey(table=SHARE, column="account_id", parent="payers_billingaccount"),
        db.CompositeKey(table=SHARE, column="invoice_id", parent="invoices_invoice"),
        db.CompositeKey(table=SHARE, column="payer_id", parent="payers_payer"),
        db.CompositeKey(table=SHARE, column="sharer_id", parent="payers_payer"),
        db.CompositeKey(table=HELPER, column="account_id", parent="payers_billingaccount"),
        db.CompositeKey(table=HELPER, column="payer_id", parent="payers_payer"),
        db.CompositeKey(table=HELPER, column="helper_id", parent="payers_payer"),
        db.CompositeKey(table=HELPER, column="method_id", parent="methods_paymentmethod"),
    ]
