"""What a biller can set: one frozen, typed document for each section, kept in versions."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from django.utils.translation import gettext as _

from counterfoil.core import errors

LONGEST_NOTE: Final = 500
# No law names this bound. A flat fee above it is dollars typed for cents, not the price of a convenience.
MOST_FEE_MINOR: Final = 2_500
LONGEST_BASIS: Final = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalSettings:
    """What payers can do in the portal."""

    portal_on: bool = True
    prepayment_allowed: bool = True
    credit_applies_by_itself: bool = True
    schedule_payment: bool = False
    autopay_on: bool = True
    partial_payment_allowed: bool = True
    # Whether payers may share bills and give helpers access; never where a collector does the billing.
    sharing: bool = True
    # Whether the biller pulls what is owed from those who allow it: a new method then asks for that permission.
    collects: bool = False
    # The days of the month on which it does; 31 is the last day of every month.
    collection_days: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what could never be right."""
        if any(type(day) is not int or not 1 <= day <= 31 for day in self.collection_days):
            raise errors.Invalid(_("Days of the month, from 1 to 31."), field="collection_days")

    @property
    def days_to_collect(self) -> tuple[int, ...]:
        """The days a payer can choose from, in order; none where the biller does not collect."""
        return tuple(sorted(set(self.collection_days))) if self.collects else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentSettings:
    """How payments are taken. Amounts in minor units, days in days of the bank."""

    gateway_on: bool = True
    # A bank debit counts as Paid when the ordinary time for returns has passed without one (product.md 1).
    paid_after_bank_days: int = 4
    min_card_minor: int = 500
    receipt_by_email: bool = True
    receipt_note: str = ""
    # A scheduled payment can be changed until this hour of the day before, where the biller is (product.md 3).
    schedule_cutoff_hour: int = 20
    schedule_days_ahead: int = 180
    # A flat fee of each payment made by choice; none with a bank account, none of autopay (`billers.fees`).
    card_fee_minor: int = 0
    wallet_fee_minor: int = 0
    # Where the wallet's provider permits a fee, in the biller's words (FE-11).
    wallet_fee_permission: str = ""
    # What lets a collector take a fee: the contract's clause or the law, and who approved it (FE-01).
    fee_basis: str = ""

    def __post_init__(self) -> None:
        """Refuse what could never be right."""
        if not 0 <= self.paid_after_bank_days <= 60:
            raise errors.Invalid(_("Between 0 and 60 days."), field="paid_after_bank_days")
        if len(self.receipt_note) > LONGEST_NOTE:
            raise errors.Invalid(_("At most 500 letters."), field="receipt_note")
        if not 0 <= self.min_card_minor <= 100_000:
            raise errors.Invalid(_("Between $0.00 and $1,000.00."), field="min_card_minor")
        if not 0 <= self.schedule_cutoff_hour <= 23:
            raise errors.Invalid(_("Between 0 and 23 o'clock."), field="schedule_cutoff_hour")
        if not 1 <= self.schedule_days_ahead <= 730:
            raise errors.Invalid(_("Between 1 and 730 days."), field="schedule_days_ahead")
        self._check_fees()

    def _check_fees(self) -> None:
        for name in ("card_fee_minor", "wallet_fee_minor"):
            if not 0 <= getattr(self, name) <= MOST_FEE_MINOR:
                raise errors.Invalid(_("Between $0.00 and $25.00."), field=name)
        for name in ("wallet_fee_permission", "fee_basis"):
            if len(getattr(self, name)) > LONGEST_BASIS:
                raise errors.Invalid(_("At most 300 letters."), field=name)
        if self.wallet_fee_minor and not self.wallet_fee_permission.strip():
            message = _(
                "A wallet costs no fee unless its provider permits it: set wallet_fee_permission first."
            )
            raise errors.Invalid(message, field="wallet_fee_minor", code="no_permission")


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeSettings:
    """When payers are reminded. Days are the biller's own, hours too; 0 leaves a reminder out."""

    due_soon_days: int = 3
    overdue_1_days: int = 3
    overdue_2_days: int = 10
    overdue_3_days: int = 21
    # Reminders go out from the first hour on and no more from the last one on (TC-14).
    from_hour: int = 8
    until_hour: int = 20

    def __post_init__(self) -> None:
        """Refuse what could never be right."""
        if not 0 <= self.due_soon_days <= 30:
            raise errors.Invalid(_("Between 0 and 30 days."), field="due_soon_days")
        for name in ("overdue_1_days", "overdue_2_days", "overdue_3_days"):
            if not 0 <= getattr(self, name) <= 365:
                raise errors.Invalid(_("Between 0 and 365 days."), field=name)
        if not 8 <= self.from_hour < self.until_hour <= 20:
            raise errors.Invalid(_("Between 8 and 20 o'clock."), field="from_hour")

    @property
    def overdue_days(self) -> tuple[int, ...]:
        """On which days after the due date reminders go out, the first one first."""
        return tuple(sorted({self.overdue_1_days, self.overdue_2_days, self.overdue_3_days} - {0}))

    def may_send_at(self, hour: int) -> bool:
        """Tell whether reminders may go out in this hour of the biller's day."""
        return self.from_hour <= hour < self.until_hour


Section: TypeAlias = PortalSettings | PaymentSettings | NoticeSettings
SECTIONS: Final[dict[str, type[PortalSettings | PaymentSettings | NoticeSettings]]] = {
    "portal": PortalSettings,
    "payments": PaymentSettings,
    "notices": NoticeSettings,
}


def read(section: str, document: Mapping[str, Any]) -> Section:
    """Return a section's document, with presets for what it does not say.

    What the section no longer knows is left out: a document of an older version still opens.

    :raises KeyError: no such section.
    :raises errors.Invalid: a value is of the wrong kind; `field` names it.
    """
    kind = SECTIONS[section]
    known = {field.name: field for field in dataclasses.fields(kind)}
    given = {name: value for name, value in document.items() if name in known}
    # JSON knows lists alone.
    given = {name: tuple(value) if isinstance(value, list) else value for name, value in given.items()}
    for name, value in given.items():
        if type(value) is not type(known[name].default):
            raise errors.Invalid(_("This value is of the wrong kind."), field=name)
    return kind(**given)


def changed(section: str, before: Section, changes: Mapping[str, Any]) -> Section:
    """Return a section with some values changed.

    :raises errors.Invalid: an unknown name, or a value of the wrong kind.
    """
    unknown = set(changes) - {field.name for field in dataclasses.fields(before)}
    if unknown:
        raise errors.Invalid(_("There is no such setting."), field=min(unknown))
    return read(section, dataclasses.asdict(before) | dict(changes))
