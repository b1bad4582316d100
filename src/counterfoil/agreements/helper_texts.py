"""The text behind a helper who pays with a method of the payer's: how much, for whom, until when.

A change of words is a new version; what was accepted is stored as it was shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from counterfoil.agreements.texts import AgreementText

HELPER_VERSION: Final = "helper/2026-11-1"


@dataclass(frozen=True, slots=True)
class HelperTerms:
    """The facts of one access as its text names them, already formatted for the payer's language."""

    biller_name: str
    biller_phone: str
    payer_name: str
    helper_name: str
    for_whom: str
    method: str
    limit: str
    total: str
    until: str
    today: str
    locale: str


def helper_pays(t: HelperTerms) -> AgreementText:
    """Return the permission for a helper to pay with the payer's method, in the language that is active."""
    parts = [
        _("Permission for a helper to pay"),
        _("I, %(payer)s, allow %(helper)s to pay the bills for %(whom)s at %(biller)s with my %(method)s.")
        % {
            "payer": t.payer_name,
            "helper": t.helper_name,
            "whom": t.for_whom,
            "biller": t.biller_name,
            "method": t.method,
        },
        _("One payment may be up to %(limit)s, and all of them together up to %(total)s.")
        % {"limit": t.limit, "total": t.total},
        _("This permission ends on %(day)s. I am told of every payment at once and can end it at any time.")
        % {"day": t.until},
        _("I own this account or card, or may use it."),
        _("Questions, or a mistake? Call %(biller)s at %(phone)s.")
        % {"biller": t.biller_name, "phone": t.biller_phone},
        _("Date: %(today)s") % {"today": t.today},
    ]
    return AgreementText("\n\n".join(parts), HELPER_VERSION, t.locale)
