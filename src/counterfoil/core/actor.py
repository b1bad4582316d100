"""Who causes a flow, and what they may see and do. Every query starts from one of these."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import StrEnum

from django.utils.translation import gettext as _

from counterfoil.core import errors


class ActorKind(StrEnum):
    """The kinds of actor the audit log tells apart."""

    PAYER = "payer"
    STAFF = "staff"
    WORKER = "worker"
    GATEWAY = "gateway"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class PayerGrant:
    """One payer that a login may act for, with what the user profile allows.

    `has_parts`: bills of others may be shared with this payer; where that is not known, queries look.
    """

    payer_id: int
    biller_id: int
    permissions: frozenset[str]
    has_parts: bool = True


@dataclass(frozen=True, slots=True)
class StaffGrant:
    """One biller that a staff member works for, with what the role allows."""

    biller_id: int
    permissions: frozenset[str]


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever causes a flow. `ip`, `user_agent` and `session_ref` are evidence for authorizations."""

    kind: ActorKind
    ref: str
    name: str = ""
    login_id: int | None = None
    payers: tuple[PayerGrant, ...] = ()
    staff: tuple[StaffGrant, ...] = ()
    ip: str = ""
    user_agent: str = ""
    session_ref: str = ""
    request_id: str = ""
    # Acts for a payer who gave access (hlp_...): what it pays is held to that access's limits.
    helper_ref: str = ""

    @property
    def is_system(self) -> bool:
        """Tell whether this is the installation itself: it sees every biller."""
        return self.kind in {ActorKind.WORKER, ActorKind.GATEWAY, ActorKind.OPERATOR}

    def payer_ids(self, permission: str | None = None) -> tuple[int, ...]:
        """Return the payers this actor may act for, with `permission` where one is named."""
        return tuple(g.payer_id for g in self.payers if permission is None or permission in g.permissions)

    def part_payer_ids(self, permission: str) -> tuple[int, ...]:
        """Return those of these payers with whom bills of others may be shared."""
        return tuple(g.payer_id for g in self.payers if g.has_parts and permission in g.permissions)

    def staff_biller_ids(self, permission: str | None = None) -> tuple[int, ...]:
        """Return the billers this actor works for, with `permission` where one is named."""
        return tuple(g.biller_id for g in self.staff if permission is None or permission in g.permissions)

    def may_as_payer(self, permission: str, *, payer_id: int) -> bool:
        """Tell whether this actor's user profile allows `permission` for that payer."""
        return payer_id in self.payer_ids(permission)

    def may_as_staff(self, permission: str, *, biller_id: int) -> bool:
        """Tell whether this actor's role at that biller allows `permission`."""
        return self.is_system or biller_id in self.staff_biller_ids(permission)

    def demand_staff(self, permission: str, *, biller_id: int) -> None:
        """Refuse unless the role at that biller allows `permission`.

        :raises errors.NotPermitted: it does not.
        """
        if not self.may_as_staff(permission, biller_id=biller_id):
            raise errors.NotPermitted(_("Your role does not allow this."))

    def at_biller(self, biller_id: int) -> Actor:
        """Return this actor as staff of one biller alone: nothing of another, and nobody's payer, is in sight."""
        here = tuple(grant for grant in self.staff if grant.biller_id == biller_id)
        return replace(self, staff=here, payers=())

    def as_payers(self, payer_ids: Collection[int]) -> Actor:
        """Return this actor as some of the payers alone: nothing of the others is in sight."""
        return replace(self, payers=tuple(grant for grant in self.payers if grant.payer_id in payer_ids))

    def standing_in(self, *, name: str, payers: tuple[PayerGrant, ...], helper_ref: str) -> Actor:
        """Return this actor as a helper in a payer's place: labeled, and with these few grants alone."""
        return replace(self, name=name, payers=payers, staff=(), helper_ref=helper_ref)

    def demand_payer(self, permission: str, *, payer_id: int) -> None:
        """Refuse unless the user profile allows `permission` for that payer.

        :raises errors.NotPermitted: it does not.
        """
        if not self.may_as_payer(permission, payer_id=payer_id):
            raise errors.NotPermitted(_("Your access does not allow this."))


WORKER = Actor(kind=ActorKind.WORKER, ref="worker", name="Counterfoil")
GATEWAY = Actor(kind=ActorKind.GATEWAY, ref="gateway", name="Payment gateway")
OPERATOR = Actor(kind=ActorKind.OPERATOR, ref="operator", name="Operator")
