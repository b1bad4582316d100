"""The billing accounts that a payer's methods can be for."""

from __future__ import annotations

from counterfoil.core.actor import Actor
from counterfoil.payers import queries as payer_queries
from counterfoil.payers.rows import AccountRow


def of_payer(*, actor: Actor, payer_id: int) -> tuple[AccountRow, ...]:
    """Return the accounts a payer pays for, by the holder's name."""
    links = payer_queries.list_payer_accounts(actor=actor, payer_ids=[payer_id])
    return tuple(sorted((link.account for link in links), key=lambda row: (row.sort_name, row.id)))
