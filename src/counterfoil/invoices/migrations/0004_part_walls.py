"""The second wall: no row can point across billers."""

from __future__ import annotations

from django.db import migrations

from counterfoil.core import db


class Migration(migrations.Migration):
    """Foreign keys of an invoice's parts carry the biller."""

    dependencies = [
        ("invoices", "0003_parts"),
        ("payers", "0002_walls"),
    ]
    operations = [
        db.CompositeKey(table="invoices_invoicepart", column="invoice_id", parent="invoices_invoice"),
        db.CompositeKey(table="invoices_invoicepart", column="payer_id", parent="payers_payer"),
    ]
