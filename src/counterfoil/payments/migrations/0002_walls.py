"""The second wall: no row can point across billers."""

from __future__ import annotations

from django.db import migrations

from counterfoil.core import db


class Migration(migrations.Migration):
    """Foreign keys of payments carry the biller."""

    dependencies = [
        ("payments", "0001_initial"),
        ("payers", "0002_walls"),
        ("methods", "0002_walls"),
        ("invoices", "0002_walls"),
        ("agreements", "0002_walls"),
    ]
    operations = [
        db.CompositeKey(table="payments_payment", column="account_id", parent="payers_billingaccount"),
        db.CompositeKey(table="payments_payment", column="payer_id", parent="payers_payer"),
        db.CompositeKey(table="payments_payment", column="method_id", parent="methods_paymentmethod"),
        db.CompositeKey(
            table="payments_payment", column="authorization_id", parent="agreements_authorization"
        ),
        db.CompositeKey(table="payments_payment", column="retry_of_id", parent="payments_payment"),
        db.CompositeKey(table="payments_attempt", column="payment_id", parent="payments_payment"),
        db.CompositeKey(table="payments_allocation", column="payment_id", parent="payments_payment"),
        db.CompositeKey(table="payments_allocation", column="invoice_id", parent="invoices_invoice"),
        db.CompositeKey(table="payment_event", column="payment_id", parent="payments_payment"),
        db.CompositeKey(table="payments_payclaim", column="account_id", parent="payers_billingaccount"),
    ]
