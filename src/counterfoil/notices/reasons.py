"""Why a payment did not go through, in plain words. Never shames, never threatens, never guesses."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext, gettext_lazy as _

CONFIRM: Final = "auth_needed"

# The five texts, by the class of compliance Part D; a class not named here gets the last.
_FUNDS: Final = _("There was not enough money available. You can try again later or use another way to pay.")
_DETAILS: Final = _("The details did not match. Please check them and try again.")
_CONFIRM: Final = _("Your bank wants you to confirm this payment. Please try again.")
_CONFIRM_BY_MAIL: Final = _("Your bank wants you to confirm this payment. Please log in and try again.")
_LATER: Final = _("The payment could not be made just now. Please try again later.")
_ANOTHER: Final = _(
    "Your bank did not accept this payment. Please use another way to pay, or call your bank."
)

_DECLINES: Final = {
    "soft_funds": _FUNDS,
    "fix_data": _DETAILS,
    "token": _DETAILS,
    CONFIRM: _CONFIRM,
    "soft_tech": _LATER,
    "config": _LATER,
}

_RETURNS: Final = {
    "R01": _("there was not enough money in the account"),
    "R09": _("there was not enough money in the account"),
    "R02": _("the account is closed"),
    "R03": _("the bank could not find the account"),
    "R04": _("the account number is not valid"),
    "R05": _("the bank was told that this payment was not allowed"),
    "R07": _("the permission for this payment was taken back"),
    "R08": _("payment was stopped at the bank"),
    "R10": _("the bank was told that this payment was not allowed"),
    "R11": _("the bank was told that this payment was not as agreed"),
    "R16": _("the account is frozen"),
    "R20": _("this kind of account does not allow such payments"),
    "R29": _("the bank was told that this payment was not allowed"),
}


def decline(decline_class: str) -> str:
    """Return the text for a decline class, in the active language."""
    return str(_DECLINES.get(decline_class, _ANOTHER))


def decline_by_mail(decline_class: str) -> str:
    """Return the same for a message: who reads it is not on our pages yet."""
    return str(_CONFIRM_BY_MAIL) if decline_class == CONFIRM else decline(decline_class)


def ach_return(code: str) -> str:
    """Return why the bank sent a payment back, for the middle of a sentence, in the active language."""
    return str(_RETURNS.get(code, gettext("the bank did not say why in words")))
