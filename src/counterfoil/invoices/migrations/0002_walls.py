"""The second wall: no row can point across billers."""

from __future__ import annotations

from django.db import migrations

from counterfoil.core import db


class Migration(migrations.Migration):
    """Foreign keys of invoices carry the biller."""

    dependencies = [
        ("invoices", "0001_initial"),
        ("payers", "0002_walls"),
    ]
    operations = [
        db.CompositeKey(table="invoices_invoice", column="account_id", parent="payers_billingaccount"),
        db.CompositeKey(table="invoices_invoice", column="payer_id", parent="payers_payer"),
        db.CompositeKey(table="invoices_invoiceline", column="invoice_id", parent="invoices_invoice"),
    ]
