from __future__ import annotations

from django.db import migrations

from counterfoil.core.db import CompositeKey

ACCOUNT, PAYER, PROFILE = "payers_billingaccount", "payers_payer", "payers_userprofile"


class Migration(migrations.Migration):
    """No row of one biller can point to a row of another."""

    dependencies = [("payers", "0001_initial")]
    operations = [
        CompositeKey(table="payers_accountpayer", column="account_id", parent=ACCOUNT),
        CompositeKey(table="payers_accountpayer", column="payer_id", parent=PAYER),
        CompositeKey(table="payers_portalaccess", column="payer_id", parent=PAYER),
        CompositeKey(table="payers_portalaccess", column="profile_id", parent=PROFILE),
        CompositeKey(table="payers_invitation", column="payer_id", parent=PAYER),
        CompositeKey(table="payers_invitation", column="profile_id", parent=PROFILE),
    ]
