"""Searching by what people type: a part of a name, or how a number or an e-mail address begins.

Every condition here is one that an index answers, at any volume.
"""

from __future__ import annotations

from typing import Final

from django.db.models import Q, QuerySet

from counterfoil.core import scope
from counterfoil.core.actor import Actor, ActorKind
from counterfoil.identity import permissions as staff_permissions
from counterfoil.payers import names
from counterfoil.payers.models import AccountPayer, BillingAccount

FEW: Final = 500


def of_account(search: str) -> Q:
    """Return the condition for billing accounts: a part of the holder's name, or how the number begins."""
    return Q(sort_name__contains=names.fold(search)) | Q(number__istartswith=search.strip())


def of_payer(search: str) -> Q:
    """Return the condition for payers: a part of the name, or how the e-mail address begins."""
    part = names.fold(search)
    return Q(sort_name__contains=part) | Q(email__startswith=part)


def accounts(*, actor: Actor) -> QuerySet[BillingAccount]:
    """Return the accounts the actor may see, as a queryset for the lists of this noun."""
    if actor.kind == ActorKind.PAYER:
        mine = AccountPayer.objects.filter(payer_id__in=actor.payer_ids()).values("account_id")
        return BillingAccount.objects.filter(pk__in=mine)
    return BillingAccount.objects.filter(
        scope.visible(actor=actor, staff_permission=staff_permissions.SEE_ACCOUNTS)
    )


def of_accounts(*, actor: Actor, search: str) -> Q:
    """Return the condition for rows that belong to an account that is searched for. One query.

    Few accounts are named one by one, so that the rows are found by them. Many are left to a subquery: then their
    rows are so common that the list's own order meets enough of them soon.
    """
    found = accounts(actor=actor).filter(of_account(search)).order_by().values_list("pk", flat=True)
    few = list(found[: FEW + 1])
    return Q(account_id__in=few if len(few) <= FEW else found)
