"""Who an invoice was readdressed to has no part of it: one that was left there made the next outcome fail."""

from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    """Remove such parts; what their payers paid stands on the payments."""

    dependencies = [("invoices", "0004_part_walls")]
    operations = [
        migrations.RunSQL(
            "DELETE FROM invoices_invoicepart t USING invoices_invoice i"
            " WHERE i.id = t.invoice_id AND i.payer_id = t.payer_id",
            migrations.RunSQL.noop,
        ),
    ]
