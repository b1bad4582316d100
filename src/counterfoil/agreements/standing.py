"""The text of the standing permission to collect: what a biller may pull later, when, and how to end it.

Says what Nacha 2.3.2 and compliance NA-02, E4 and E5 ask for. A change of words is a new version; what was accepted
is stored as it was shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from counterfoil.agreements.texts import AgreementText

DEBIT_VERSION: Final = "standing-debit/2026-11-1"
CHARGE_VERSION: Final = "standing-charge/2026-11-1"


@dataclass(frozen=True, slots=True)
class StandingTerms:
    """Who may collect what from where, already formatted for the payer's language. `method`: empty while not known.

    A method that is being typed has no last four yet: it is the one given in this window.
    """

    kind: str
    biller_name: str
    biller_phone: str
    payer_name: str
    account_kind: str
    method: str
    notice_days: int
    stop_days: int
    today: str
    locale: str


def text(terms: StandingTerms) -> AgreementText:
    """Return the text for a bank account (`kind` "bank") or a card or wallet, in the language that is active."""
    if terms.kind == "bank":
        return AgreementText(_debit(terms), DEBIT_VERSION, terms.locale)
    return AgreementText(_charge(terms), CHARGE_VERSION, terms.locale)


def _debit(t: StandingTerms) -> str:
    source = (
        _("my %(account_kind)s account %(method)s") % {"account_kind": t.account_kind, "method": t.method}
        if t.method
        else _("the bank account that I give in this window")
    )
    parts = [
        _("Authorization to collect from my bank account"),
        _(
            "I, %(payer)s, authorize %(biller)s to take what I owe from %(source)s by electronic payments "
            "(ACH debits), until I end this permission."
        )
        % {"payer": t.payer_name, "biller": t.biller_name, "source": source},
        *_limits(t),
        _("I own this account or may use it. It is at a bank in the United States."),
        _(
            "If my bank sends a payment back, what it paid is owed again. %(biller)s charges no fee for that here "
            "and does not try again without asking me."
        )
        % {"biller": t.biller_name},
        *_ending(t),
    ]
    return "\n\n".join(parts)


def _charge(t: StandingTerms) -> str:
    is_card = t.kind == "card"
    source = t.method or (_("the card that I give in this window") if is_card else _("my wallet"))
    parts = [
        _("Authorization to collect from my card")
        if is_card
        else _("Authorization to collect from my wallet"),
        _(
            "I, %(payer)s, authorize %(biller)s to charge what I owe to %(source)s, until I end this permission. "
            "The payment service keeps it for this; %(biller)s does not see its number. A new number or expiry date "
            "that my bank reports may be used."
        )
        % {"payer": t.payer_name, "biller": t.biller_name, "source": source},
        *_limits(t),
        _("I may use this card.") if is_card else _("I may use this wallet."),
        *_ending(t),
    ]
    return "\n\n".join(parts)


def _limits(t: StandingTerms) -> list[str]:
    return [
        _(
            "Each payment is what is then owed on bills addressed to me, and never more. It is taken on one of "
            "%(biller)s's collection days, when a bill is due or past due, on that day or the next bank day."
        )
        % {"biller": t.biller_name},
        _(
            "%(biller)s tells me the amount and the day at least %(days)s days before each payment, and sends a "
            "receipt after it."
        )
        % {"biller": t.biller_name, "days": t.notice_days},
    ]


def _ending(t: StandingTerms) -> list[str]:
    return [
        _(
            "I can end this permission at any time: under My Payment Methods, Edit, or by calling %(phone)s. To stop "
            "a payment, I do that at least %(days)s business days before its day. What I owe stays owed."
        )
        % {"phone": t.biller_phone, "days": t.stop_days},
        _("I do not have to give this permission to live here or to be served. I can pay in other ways."),
        _("Date: %(today)s") % {"today": t.today},
    ]
