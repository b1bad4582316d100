"""What every flow that saves something about a method checks first."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.utils.translation import gettext as _

from counterfoil.core import errors, sensitive
from counterfoil.core.actor import Actor
from counterfoil.methods import operations as method_operations, queries as method_queries
from counterfoil.methods.drafts import NewAddress
from counterfoil.payers import queries as payer_queries
from counterfoil.payers.rows import PayerRow


def refuse_numbers(*, nickname: str, address: NewAddress | None) -> None:
    """Card and Social Security numbers do not belong in free text (PC-09).

    :raises errors.Invalid: `field` names where one stands.
    """
    texts = {"nickname": nickname} | ({"line1": address.line1, "line2": address.line2} if address else {})
    for field, text in texts.items():
        if sensitive.find(text) is not None:
            message = _("This looks like a card, account or Social Security number. Please leave it out.")
            raise errors.Invalid(message, field=field)


def refuse_accounts(*, actor: Actor, payer_id: int, account_ids: Collection[int]) -> None:
    """Refuse to tie a method to an account that its payer does not pay for.

    :raises errors.Invalid: on `accounts`.
    """
    if not account_ids:
        return
    links = payer_queries.list_payer_accounts(actor=actor, payer_ids=[payer_id])
    if not set(account_ids) <= {link.account.id for link in links}:
        raise errors.Invalid(_("Choose among the accounts you pay for."), field="accounts")


def address(
    *, actor: Actor, now: datetime, payer: PayerRow, address_id: int | None, new: NewAddress | None
) -> int | None:
    """Return the row id of the billing address: the new one, saved, or one of the payer's own.

    :raises errors.Invalid: the address is not this payer's.
    """
    if new is not None:
        return method_operations.create_address(
            biller_id=payer.biller_id, payer_id=payer.id, address=new, now=now
        )
    if address_id is None:
        return None
    known = {row.id for row in method_queries.list_addresses(actor=actor, payer_id=payer.id)}
    if address_id not in known:
        raise errors.Invalid(_("Choose one of your saved addresses."), field="address")
    return address_id
