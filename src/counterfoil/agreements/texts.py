"""The texts people accept, versioned. Each says everything Nacha 2.3.2 asks for (compliance NA-02, E1, E5).

A change of words is a new version; what was accepted is stored as it was shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

SINGLE_DEBIT_VERSION: Final = "single-debit/2026-11-1"
SINGLE_CHARGE_VERSION: Final = "single-charge/2026-11-1"


@dataclass(frozen=True, slots=True)
class AgreementText:
    """A rendered text with where it came from."""

    body: str
    version: str
    locale: str


@dataclass(frozen=True, slots=True)
class PaymentTerms:
    """The facts of one payment as its authorization names them, already formatted for the payer's language."""

    biller_name: str
    biller_phone: str
    payer_name: str
    method: str
    account_kind: str
    amount: str
    fee: str
    total: str
    debit_on: str
    today: str
    locale: str


def single_payment(*, kind: str, terms: PaymentTerms) -> AgreementText:
    """Return the authorization of one payment from a bank account (`kind` "bank") or a card or wallet.

    Translated to the language that is active; `terms` are formatted in the same one.
    """
    if kind == "bank":
        return AgreementText(_single_debit(terms), SINGLE_DEBIT_VERSION, terms.locale)
    return AgreementText(_single_charge(terms), SINGLE_CHARGE_VERSION, terms.locale)


def _single_debit(t: PaymentTerms) -> str:
    parts = [
        _("Authorization for one bank payment"),
        _(
            "I, %(payer)s, authorize %(biller)s to take one electronic payment (ACH debit) of %(total)s from "
            "my %(account_kind)s account %(method)s."
        )
        % {
            "payer": t.payer_name,
            "biller": t.biller_name,
            "total": t.total,
            "account_kind": t.account_kind,
            "method": t.method,
        },
        _amounts(t),
        _("The payment is taken on %(day)s or on the next bank day after it.") % {"day": t.debit_on},
        _("I own this account or may use it. It is at a bank in the United States."),
        _(
            "If my bank sends the payment back, what it paid is owed again. %(biller)s charges no fee for that "
            "here and does not try again without asking me."
        )
        % {"biller": t.biller_name},
        _(
            "This permission is for this one payment. I can take it back by calling %(phone)s before the "
            "payment is sent to my bank. Afterwards my bank can tell me what I can do."
        )
        % {"phone": t.biller_phone},
        _("Date: %(today)s") % {"today": t.today},
    ]
    return "\n\n".join(parts)


def _single_charge(t: PaymentTerms) -> str:
    parts = [
        _("Authorization for one card payment"),
        _("I, %(payer)s, authorize %(biller)s to charge %(total)s once to %(method)s.")
        % {"payer": t.payer_name, "biller": t.biller_name, "total": t.total, "method": t.method},
        _amounts(t),
        _("The charge is made on %(day)s.") % {"day": t.debit_on},
        _("I may use this card. This permission is for this one payment."),
        _("Questions, or a mistake? Call %(biller)s at %(phone)s.")
        % {"biller": t.biller_name, "phone": t.biller_phone},
        _("Date: %(today)s") % {"today": t.today},
    ]
    return "\n\n".join(parts)


def _amounts(t: PaymentTerms) -> str:
    return _("Amount %(amount)s, fee %(fee)s, total %(total)s.") % {
        "amount": t.amount,
        "fee": t.fee,
        "total": t.total,
    }
