"""The second wall: no row can point across billers."""

from __future__ import annotations

from django.db import migrations

from counterfoil.core import db


class Migration(migrations.Migration):
    """Foreign keys of gateway events carry the biller."""

    dependencies = [
        ("gateway_events", "0001_initial"),
        ("billers", "0001_initial"),
    ]
    operations = [
        db.CompositeKey(
            table="gateway_events_gatewayevent", column="connection_id", parent="billers_gatewayconnection"
        ),
    ]
