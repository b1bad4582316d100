"""The texts behind what is taken later: one payment on a day (compliance E2), and autopay (E3; Reg E 1005.10(b)).

A change of words is a new version; what was accepted is stored as it was shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from counterfoil.agreements.texts import AgreementText

SCHEDULED_DEBIT_VERSION: Final = "scheduled-debit/2026-11-1"
SCHEDULED_CHARGE_VERSION: Final = "scheduled-charge/2026-11-1"
SCHEDULED_FEE_VERSION: Final = "scheduled-fee/2026-11-1"
RECURRING_DEBIT_VERSION: Final = "recurring-debit/2026-11-1"
RECURRING_CHARGE_VERSION: Final = "recurring-charge/2026-11-1"


@dataclass(frozen=True, slots=True)
class Parties:
    """Who permits whom, and from what: already worded in the payer's language."""

    biller_name: str
    biller_phone: str
    payer_name: str
    method: str
    method_kind: str
    account_kind: str
    today: str
    locale: str

    @property
    def is_bank(self) -> bool:
        """Tell whether a bank account is debited, not a card charged."""
        return self.method_kind == "bank"


@dataclass(frozen=True, slots=True)
class LaterTerms:
    """One payment on a later day: amount, fee and what they come to."""

    parties: Parties
    amount: str
    fee: str
    total: str
    has_fee: bool
    run_on: str
    cutoff: str


@dataclass(frozen=True, slots=True)
class AutopayTerms:
    """Autopay: `for_whom` empty where it is for all accounts; amounts and days already worded."""

    parties: Parties
    for_whom: str
    amount_rule: str
    day_rule: str
    tell_rule: str
    cutoff_hour: str
    notice_days: int
    stop_bank_days: int
    examples: tuple[str, ...]


def scheduled_payment(terms: LaterTerms) -> AgreementText:
    """Return the authorization of one payment on a later day, in the active language."""
    parties = terms.parties
    version = SCHEDULED_DEBIT_VERSION if parties.is_bank else SCHEDULED_CHARGE_VERSION
    if terms.has_fee:
        version = SCHEDULED_FEE_VERSION
    heading = (
        _("Authorization for one bank payment on a later day")
        if parties.is_bank
        else _("Authorization for one card payment on a later day")
    )
    parts = [
        heading,
        _taken_once(terms),
        *_amounts(terms),
        _when(terms),
        *_right_to_use(parties),
        *_failing(parties),
        _(
            "I can change or cancel this payment myself until %(cutoff)s, or by calling %(phone)s. After that we "
            "still try, and tell me honestly whether it worked."
        )
        % {"cutoff": terms.cutoff, "phone": parties.biller_phone},
        _("Date: %(today)s") % {"today": parties.today},
    ]
    return AgreementText("\n\n".join(parts), version, parties.locale)


def autopay(terms: AutopayTerms) -> AgreementText:
    """Return the recurring authorization of autopay, in the active language."""
    parties = terms.parties
    version = RECURRING_DEBIT_VERSION if parties.is_bank else RECURRING_CHARGE_VERSION
    parts = [
        _("Authorization for autopay (payments that repeat)"),
        _recurring(terms),
        _("How much: %(amount)s") % {"amount": terms.amount_rule},
        _("When: %(day)s") % {"day": terms.day_rule},
        *([_("The next days would be: %(days)s.") % {"days": "; ".join(terms.examples)}] if terms.examples else []),
        _("It begins with the bills that are open now, and goes on until I end it. Nothing more is taken than is "
          "owed on the day."),
        _notices(terms),
        *_right_to_use(parties),
        *_failing(parties),
        _ending(terms),
        _("Autopay is not required. I can pay each bill myself instead at any time."),
        _("Date: %(today)s") % {"today": parties.today},
    ]  # fmt: skip
    return AgreementText("\n\n".join(parts), version, parties.locale)


def _amounts(terms: LaterTerms) -> list[str]:
    values = {"amount": terms.amount, "fee": terms.fee, "total": terms.total}
    if not terms.has_fee:
        return [
            _(
                "Amount %(amount)s, fee %(fee)s. Never more than this, and never more than is owed on that day."
            )
            % values
        ]
    return [
        _("Amount %(amount)s, fee %(fee)s, total %(total)s.") % values,
        _(
            "Never more than this. If less is owed on that day, the amount is less, and the fee is not more. If "
            "nothing is owed, nothing is taken, and no fee."
        ),
    ]


def _taken_once(terms: LaterTerms) -> str:
    parties = terms.parties
    if parties.is_bank:
        return _(
            "I, %(payer)s, authorize %(biller)s to take one electronic payment (ACH debit) of %(amount)s from my "
            "%(account_kind)s account %(method)s."
        ) % {
            "payer": parties.payer_name,
            "biller": parties.biller_name,
            "amount": terms.total,
            "account_kind": parties.account_kind,
            "method": parties.method,
        }
    return _("I, %(payer)s, authorize %(biller)s to charge %(amount)s once to %(method)s.") % {
        "payer": parties.payer_name,
        "biller": parties.biller_name,
        "amount": terms.total,
        "method": parties.method,
    }


def _when(terms: LaterTerms) -> str:
    if terms.parties.is_bank:
        return _(
            "The payment is sent on %(day)s, and my bank takes it on that day or on the next bank day after it. A "
            "day on which banks are closed moves it to the next bank day, never to an earlier one."
        ) % {"day": terms.run_on}
    return _("The charge is made on %(day)s, never earlier.") % {"day": terms.run_on}


def _recurring(terms: AutopayTerms) -> str:
    parties = terms.parties
    whose = (
        _("the bills for %(name)s") % {"name": terms.for_whom}
        if terms.for_whom
        else _("the bills of all my accounts")
    )
    values = {
        "payer": parties.payer_name,
        "biller": parties.biller_name,
        "bills": whose,
        "account_kind": parties.account_kind,
        "method": parties.method,
    }
    if parties.is_bank:
        return (
            _(
                "I, %(payer)s, authorize %(biller)s to pay %(bills)s by electronic payments (ACH debits) that repeat, "
                "from my %(account_kind)s account %(method)s."
            )
            % values
        )
    return (
        _("I, %(payer)s, authorize %(biller)s to pay %(bills)s by charges that repeat, to %(method)s.")
        % values
    )


def _notices(terms: AutopayTerms) -> str:
    right = _(
        "I have the right to be told of every payment whose amount differs from the last one, at least %(days)s days "
        "before it."
    ) % {"days": terms.notice_days}
    return f"{right} {terms.tell_rule}"


def _right_to_use(parties: Parties) -> list[str]:
    if parties.is_bank:
        return [_("I own this account or may use it. It is at a bank in the United States.")]
    return [_("I may use this card.")]


def _failing(parties: Parties) -> list[str]:
    if parties.is_bank:
        return [
            _(
                "If my bank sends a payment back because there is not enough money, %(biller)s may try the same amount "
                "again at most twice within 180 days, and tells me the day of each try before it. %(biller)s "
                "charges no fee for that here. What was not paid is owed again."
            )
            % {"biller": parties.biller_name}
        ]
    return [
        _(
            "If the charge does not go through for want of money or because of a fault, %(biller)s may try the same "
            "amount again at most three times within 30 days, never twice on one day, and tells me the day. A card "
            "that was refused for good is not tried again."
        )
        % {"biller": parties.biller_name}
    ]


def _ending(terms: AutopayTerms) -> str:
    return _(
        "I can pause autopay, skip one payment, or end it at any time, here under Autopay & Schedules or by calling "
        "%(biller)s at %(phone)s. A payment stops if I say so until %(hour)s the day before it. My bank can stop one, "
        "too, if I tell it at least %(days)s business days before. Ending autopay does not end what I owe."
    ) % {
        "biller": terms.parties.biller_name,
        "phone": terms.parties.biller_phone,
        "hour": terms.cutoff_hour,
        "days": terms.stop_bank_days,
    }
